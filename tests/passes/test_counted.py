"""What a source counts becomes a repeat; what is only alike, or is read from outside, stays written out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.nets import expanded, read_module

from dlc.ir import BlockCall, Module, Net, Repeat
from dlc.passes.rollup import counted
from dlc.passes.same import names
from dlc.syntax import print_module

ENCODER = """
net n {
  x = input sequence[?, 64]
  a1 = attention(x, x, x, dim=64, heads=8) @ "p.3 figure 1 «Attention»"
  s1 = add(a1, x) @ "p.3 figure 1 «Add»"
  f1 = conv1d(s1, filters=64, kernel=1) @ "p.3 figure 1 «Feed»"
  a2 = attention(f1, f1, f1, dim=64, heads=8) @ "p.3 figure 1 «Attention»"
  s2 = add(a2, f1) @ "p.3 figure 1 «Add»"
  f2 = conv1d(s2, filters=64, kernel=1) @ "p.3 figure 1 «Feed»" confidence 0.5
  o = conv1d(f2, filters=10, kernel=1) @ "p.3 figure 1 «Linear»"
  output o
}
"""
IN_BLOCKS = """\
block residual(x) {
  a1 = attention(x, x, x, heads=8, dim=64) @ "p.3 figure 1 «Attention»"
  s1 = add(a1, x) @ "p.3 figure 1 «Add»"
  y = conv1d(s1, filters=64, kernel=1) @ "p.3 figure 1 «Feed»"
  output y
}

net n {
  x = input sequence[?, 64]
  f2 = x |> repeat 2 residual @ "p.3 figure 1" confidence 0.5
  o = conv1d(f2, filters=10, kernel=1) @ "p.3 figure 1 «Linear»"
  output o
}
"""


def chain(*layers: str) -> str:
    """A net of layers one behind the other, each written as its call and the words of its place."""
    body = [f"l{i} = l{i - 1} |> {layer}" for i, layer in enumerate(layers, 1)]
    return "\n".join(["net n {", "l0 = input map[8, 8, 4]", *body, f"output l{len(layers)}", "}"])


def conv(width: int, place: str) -> str:
    return f'conv2d(filters={width}, kernel=3, padding=same) @ "p.1 figure 2 «{place}»"'


def relu(place: str) -> str:
    return f'relu @ "p.1 figure 2 «{place}»"'


def body(text: str) -> list[str]:
    """The actions of the net's body when its counts are repeats: `conv2d`, `repeat 3 conv2d`, ..."""
    module = counted(read_module(text))
    return [_told(node.op, module) for node in module.nets[0].body]


def _told(op: object, module: Module) -> str:
    if isinstance(op, Repeat):
        return f"{op.count}×" + ",".join(_told(link, module) for link in op.links)
    if isinstance(op, BlockCall):
        block = module.block(op.block)
        assert block is not None
        return f"({' '.join(_told(node.op, module) for node in block.body)})"
    return str(getattr(op, "op_name", "?"))


def test_a_counted_group_is_a_block_and_its_layers_keep_their_places() -> None:
    assert print_module(counted(read_module(ENCODER))) == IN_BLOCKS


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        ([conv(4, "a")] * 3, ["3×conv2d"]),
        ([conv(4, "a")] * 2, ["conv2d", "conv2d"]),
        ([conv(4, "a"), relu("b")] * 3, ["3×(conv2d relu)"]),
        ([*[conv(4, "a")] * 3, relu("b")] * 2, ["2×(3×conv2d relu)"]),
        ([relu("z"), *[conv(4, "a"), relu("b")] * 3, relu("z")], ["relu", "3×(conv2d relu)", "relu"]),
        ([conv(4, "a"), conv(4, "b"), conv(4, "c")], ["conv2d"] * 3),
        ([conv(4, "a"), conv(5, "a"), conv(4, "a")], ["conv2d"] * 3),
        (["relu", "relu", "relu", "relu"], ["relu"] * 4),
    ],
)
def test_copies_of_one_place_are_a_repeat(layers: list[str], expected: list[str]) -> None:
    assert body(chain(*layers)) == expected


def test_what_is_read_from_outside_is_no_copy() -> None:
    lines = chain(*[conv(4, "a"), relu("b"), conv(4, "c")] * 3).splitlines()
    lines[-2:] = ["s = add(l5, l9)", "output s", "}"]
    assert len(body("\n".join(lines))) == 10
    lines[-3:] = ["output l9", "output l3", "}"]
    assert body("\n".join(lines)) == ["conv2d", "relu", "conv2d", "2×(conv2d relu conv2d)"]


@pytest.mark.parametrize(
    ("told", "expected"), [("l2", ["conv2d"] * 4), ("l4", ["4×conv2d"]), ("l3", ["3×conv2d", "conv2d"])]
)
def test_what_is_told_of_a_copy_is_told_of_the_last_or_it_stays(told: str, expected: list[str]) -> None:
    text = chain(*[conv(4, "a")] * 4).replace(f"{told} =", f"{told}: map[?, 8, 4] =")
    assert body(text) == expected


def test_what_is_told_of_every_copy_is_told_in_the_block() -> None:
    text = chain(*[conv(4, "a"), relu("b")] * 4)
    for i in (2, 4, 6, 8):
        text = text.replace(f"l{i} =", f"l{i}: map[?, 8, 4] =")
    made = counted(read_module(text))
    assert [str(node.declared) for node in made.blocks[0].body] == ["None", "map[?, 8, 4]"]
    written = expanded(made).nets[0]
    assert [node.declared is not None for node in written.body] == [False, True] * 4


def test_layers_that_share_weights_stay() -> None:
    text = chain(*[conv(4, "a")] * 4)
    line = next(line for line in text.splitlines() if line.startswith("l3"))
    assert body(text.replace(line, line + " @ shares l1")) == ["conv2d"] * 4


@st.composite
def nets(draw: st.DrawFn) -> str:
    """A net of groups of layers, some of them counted, some counted inside of another."""
    layers: list[str] = []
    for group in range(draw(st.integers(1, 4))):
        size = draw(st.integers(1, 3))
        inner = [
            conv(4, f"{group}.{i}") if draw(st.booleans()) else relu(f"{group}.{i}") for i in range(size)
        ]
        part = inner * draw(st.integers(1, 4)) + [relu(f"{group}.end")] * draw(st.integers(0, 1))
        layers += part * draw(st.integers(1, 3))
    return chain(*layers)


@given(nets())
def test_written_out_again_it_is_the_same_net(text: str) -> None:
    module = read_module(text)
    made = counted(module)
    assert names(module.nets[0], only(expanded(made))) is not None
    assert len(made.nets[0].body) <= len(module.nets[0].body)
    assert counted(made) == made


def only(module: Module) -> Net:
    (net,) = module.nets
    return net
