"""`dlc diff`: what differs is named, what is only spelt otherwise is not."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.command import run
from support.nets import read_module
from support.pages import examples
from support.sessions import run_session

from dlc.diff import canonical, compare
from dlc.fuzz.strategies import dags
from dlc.ir import Module

HEAD = "net n {\n  image = input map[32, 32, 3]\n"
EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def differences(a: str, b: str) -> list[str]:
    nets = [canonical(read_module(f"{HEAD}  {body}\n}}\n")) for body in (a, b)]
    return [f"{d.name}: {d.text}" for d in compare(*nets).differences]


SAME = {
    "names": (
        "r = image |> conv2d(filters=8, kernel=3) |> relu\n  output r",
        "a = conv2d(image, filters=8, kernel=3)\n  b = relu(a)\n  output b",
    ),
    "same padding in numbers": (
        "a = conv2d(image, filters=8, kernel=3, padding=same)\n  output a",
        "a = conv2d(image, filters=8, kernel=3, padding=1)\n  output a",
    ),
    "same padding with a stride": (
        "a = conv2d(image, filters=8, kernel=3, stride=2, padding=same)\n  output a",
        "a = conv2d(image, filters=8, kernel=3, stride=2, padding=(0, 1, 0, 1))\n  output a",
    ),
    "zeros of their own": (
        "z = zeropad2d(image, padding=3)\n  a = conv2d(z, filters=8, kernel=7)\n  output a",
        "a = conv2d(image, filters=8, kernel=7, padding=3)\n  output a",
    ),
    "rounding that makes no difference": (
        "a = maxpool2d(image, kernel=2, round=ceil)\n  output a",
        "a = maxpool2d(image, kernel=2)\n  output a",
    ),
    "activations split": (
        "a = silu(image)\n  output a",
        "g = sigmoid(image)\n  a = multiply(image, g)\n  output a",
    ),
    "depthwise as groups": (
        "a = depthwise_conv2d(image, kernel=3, multiplier=2)\n  output a",
        "a = conv2d(image, filters=6, kernel=3, groups=3)\n  output a",
    ),
    "pooling of everything": (
        "p = avgpool2d(image, kernel=32)\n  f = flatten(p)\n  output f",
        "f = global_avgpool2d(image)\n  output f",
    ),
    "weights in another order": (
        "p = permute(image, order=(3, 1, 2))\n  f = flatten(p)\n  d = dense(f, units=4)\n  output d",
        "f = flatten(image)\n  d = dense(f, units=4)\n  output d",
    ),
    "sums the other way round": (
        "a = relu(image)\n  b = tanh(image)\n  c = add(a, b)\n  output c",
        "b = tanh(image)\n  a = relu(image)\n  c = add(b, a)\n  output c",
    ),
    "what does nothing": ("a = linear(image)\n  b = relu(a)\n  output b", "b = relu(image)\n  output b"),
}


@pytest.mark.parametrize("name", SAME)
def test_same(name: str) -> None:
    assert differences(*SAME[name]) == []
    assert differences(*reversed(SAME[name])) == []


DIFFERENT = {
    "attribute": (
        "conv4 = conv2d(image, filters=8, kernel=3, stride=2)\n  output conv4",
        "conv4 = conv2d(image, filters=8, kernel=3)\n  output conv4",
        ["conv4: stride 2 and 1"],
    ),
    "missing in B": (
        "fc = flatten(image)\n  fc7 = dense(fc, units=10)\n  fc8 = dense(fc7, units=9)\n  output fc8",
        "fc = flatten(image)\n  fc8 = dense(fc, units=9)\n  output fc8",
        ["fc7: dense missing in B"],
    ),
    "missing in A": (
        "r = relu(image)\n  output r",
        "p = maxpool2d(image, kernel=2)\n  r = relu(p)\n  output r",
        ["p: maxpool2d missing in A"],
    ),
    "another value read": (
        "a = tanh(image)\n  b = sigmoid(image)\n  c = relu(a)\n  output a, b, c",
        "a = tanh(image)\n  b = sigmoid(image)\n  c = relu(b)\n  output a, b, c",
        ["c: reads a in A, b in B"],
    ),
    "another layer": (
        "p = maxpool2d(image, kernel=2)\n  output p",
        "p = avgpool2d(image, kernel=2)\n  output p",
        ["p: maxpool2d and avgpool2d"],
    ),
    "order of what is joined": (
        "a = tanh(image)\n  b = relu(image)\n  c = concat(a, b)\n  output c",
        "a = tanh(image)\n  b = relu(image)\n  c = concat(b, a)\n  output c",
        ["c: reads a, b in A, b, a in B: in another order"],
    ),
    "rounding": (
        "a = maxpool2d(image, kernel=3, stride=2, round=ceil)\n  output a",
        "a = maxpool2d(image, kernel=3, stride=2)\n  output a",
        ["a: round ceil and floor"],
    ),
    "a vector's order that something sees": (
        "p = permute(image, order=(3, 1, 2))\n  f = flatten(p)\n  output f",
        "f = flatten(image)\n  output f",
        ["p: permute missing in B"],
    ),
    "weights of another layer": (
        "a = conv2d(image, filters=3, kernel=1)\n  b = conv2d(a, filters=3, kernel=1) @ shares a\n  output b",
        "a = conv2d(image, filters=3, kernel=1)\n  b = conv2d(a, filters=3, kernel=1)\n  output b",
        ["b: weights of a in A, of its own in B"],
    ),
    "outputs": (
        "a = tanh(image)\n  b = relu(a)\n  output a, b",
        "a = tanh(image)\n  b = relu(a)\n  output b, a",
        ["n: outputs a, b in A, b, a in B"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", DIFFERENT)
def test_different(name: str) -> None:
    a, b, expected = DIFFERENT[name]
    assert differences(a, b) == expected


def test_a_layer_too_many_in_a_row_of_blocks_is_found_by_names() -> None:
    text = (EXAMPLES / "resnet50.dlnet").read_text(encoding="utf-8")
    other = text.replace("repeat 5", "repeat 6", 1)
    assert other != text
    compared = compare(canonical(read_module(text)), canonical(read_module(other)))
    missing = [d for d in compared.differences if d.what == "missing"]
    assert missing
    assert all(d.a is None for d in missing)
    assert compared.alike > 160


@given(dags(), st.integers(0, 10**6))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_net_is_itself_under_other_names(net: object, seed: int) -> None:
    module = Module(nets=(net,))  # type: ignore[arg-type]
    compared = compare(canonical(module), canonical(_renamed(module)))
    assert compared.same, compared.differences


def _renamed(module: Module) -> Module:
    import attrs

    (net,) = module.nets
    names = {n.name: f"v{i}" for i, n in enumerate(net.body)} | {i.name: i.name for i in net.inputs}
    body = tuple(
        attrs.evolve(n, name=names[n.name], inputs=tuple(names[s] for s in n.inputs)) for n in net.body
    )
    return Module(nets=(attrs.evolve(net, body=body, outputs=tuple(names[o] for o in net.outputs)),))


# The command.

A = f"{HEAD}  conv4 = conv2d(image, filters=8, kernel=3, stride=2)\n  output conv4\n}}\n"
B = f"{HEAD}  conv4 = conv2d(image, filters=8, kernel=3)\n  output conv4\n}}\n"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    a, b = tmp_path / "a.dlnet", tmp_path / "b.dlnet"
    a.write_text(A)
    b.write_text(B)
    return a, b


def test_exit_status(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = files
    assert run(capsys, "diff", a, a)[0] == 0
    status, out, _ = run(capsys, "diff", a, b)
    assert status == 1
    assert "\nconv4: stride 2 and 1\n" in out
    status, out, err = run(capsys, "diff", a, tmp_path / "none.dlnet")
    assert (status, out) == (2, "")
    assert "DLC0001" in err
    broken = tmp_path / "broken.dlnet"
    broken.write_text("net n {")
    assert run(capsys, "diff", broken, a)[0] == 2
    assert run(capsys, "diff", a)[0] == 2
    assert run(capsys, "diff", "--quiet", a, b) == (1, "", "")


def test_formats(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, _ = files
    for target, ending in (("keras-json", "json"), ("json", "dlnet.json"), ("caffe", "prototxt")):
        other = tmp_path / f"other.{ending}"
        assert run(capsys, a, "--target", target, "-o", other)[0] == 0
        status, out, _ = run(capsys, "diff", a, other)
        assert status == 0, out


def test_several_nets(files: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, _ = files
    both = tmp_path / "both.dlnet"
    both.write_text(A + B.replace("net n", "net m"))
    status, _, err = run(capsys, "diff", a, both)
    assert status == 2
    assert "--net-b NAME" in err
    assert run(capsys, "diff", a, both, "--net-b", "n")[0] == 0
    assert run(capsys, "diff", a, both, "--net-b", "m")[0] == 1


def test_json(files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, "diff", "--json", *files)
    made = json.loads(out)
    assert status == 1
    assert made["same"] is False
    expected = {"name": "conv4", "what": "stride", "text": "stride 2 and 1", "a": "2", "b": "1"}
    assert made["differences"] == [expected]


def test_what_many_layers_share_is_told_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (EXAMPLES / "resnet50.dlnet").read_text(encoding="utf-8")
    other = tmp_path / "other.dlnet"
    other.write_text(re.sub(r"\bbatchnorm\b", "batchnorm(eps=1e-05)", text))
    _, out, _ = run(capsys, "diff", EXAMPLES / "resnet50.dlnet", other)
    assert "(53 layers): eps 0.001 and 1e-05" in out


def test_the_page_shows_what_is_printed(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "spec" / "diff.md").read_text(encoding="utf-8")
    sessions = examples("diff", page, "console")
    assert sessions
    for example in sessions:
        assert run_session(example.text, tmp_path) == example.text


def test_resnet152_is_compared_quickly(shared: Path, capsys: pytest.CaptureFixture[str]) -> None:
    apps = shared / "zoo" / "keras_apps"
    started = time.process_time()
    assert run(capsys, "diff", apps / "ResNet152.json", apps / "ResNet152.json")[0] == 0
    assert run(capsys, "diff", apps / "ResNet50.json", apps / "ResNet152.json")[0] == 1
    assert time.process_time() - started < 10
