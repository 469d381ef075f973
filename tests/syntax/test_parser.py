"""Reading: any text gives a net or coded diagnostics, all errors at once, in bounded time and memory."""

import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.annotated import findings
from support.texts import mutations, soups

from dlc.diagnostics import CODES, codes
from dlc.ir import Module
from dlc.passes.check import check
from dlc.syntax import parse
from dlc.syntax.slips import SLIPS

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [f.read_text(encoding="utf-8") for f in sorted((ROOT / "examples").glob("*.dlnet"))]


@given(soups() | mutations(TEXTS) | st.text(max_size=2048))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_a_net_or_coded_diagnostics(text: str) -> None:
    parsed = parse(text)
    checked = check(parsed.module)
    found = (*parsed.diagnostics, *checked.diagnostics)
    assert all(d.code.number in CODES and d.message and d.span is not None for d in found)
    if parsed.module == Module() and not found:
        assert all(line.lstrip().startswith("#") or not line.strip() for line in text.split("\n"))


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment", "\ufeff# with a mark\r\n", "\t \n"])
def test_a_text_of_nothing_is_an_empty_module(text: str) -> None:
    parsed = parse(text)
    assert parsed.diagnostics == ()
    assert parsed.module == Module()


# Each line has exactly one error.
WRONG = (
    "a{0} = conv2d(image, filters 8, kernel=3)",
    "a{0} = conv2d(image filters=8, kernel=3)",
    "a{0} = conv2d(image, filters: 8, kernel=3)",
    "a{0} = conv2d(image, 8, kernel=3)",
    "a{0} = image -> relu",
    "a{0} = relu(tanh(image))",
    "a{0} = conv2d(image, filters=8, kernel=3",
    "a{0} = conv2d(image, filters=8, kernel=3x3)",
    "a{0} = Conv2D(image, filters=8, kernel=3)",
    "a{0} relu(image)",
    "a{0} = relu",
    "a{0} = input image[3]",
    "a{0} = relu(imgae)",
    "a{0} = convd2(image, filters=8, kernel=3)",
    "a{0} = conv2d(image, filters=8, kernel=99)",
    "a{0} = dense(image, units=3)",
    "a{0} = conv2d(image, filters=0, kernel=3)",
    "a{0} = image |>",
    "a{0} = relu(image) ;",
    'a{0} = opaque "T(image)',
)


def test_fifty_errors_in_a_file_are_fifty_findings() -> None:
    lines = [WRONG[i % len(WRONG)].format(i) for i in range(50)]
    text = "net n {\n  image = input map[28, 28, 1]\n" + "".join(f"  {line}\n" for line in lines)
    found = [d for d in findings(f"{text}  output image\n}}\n") if d.is_error]
    assert [d.span.line - 2 for d in found] == list(range(1, 51))


@pytest.mark.parametrize("first", range(len(WRONG)))
def test_one_error_does_not_hide_or_make_another(first: int) -> None:
    lines = [WRONG[first].format(0), *(line.format(i) for i, line in enumerate(WRONG, 1))]
    text = "net n {\n  image = input map[28, 28, 1]\n" + "".join(f"  {line}\n" for line in lines)
    found = [d for d in findings(f"{text}  output image\n}}\n") if d.is_error]
    assert [d.span.line - 2 for d in found] == list(range(1, len(lines) + 1))


def test_reading_stops_at_a_thousand_errors() -> None:
    text = "net n {\n" + "  x = relu(a b)\n" * 1500 + "}\n"
    found = parse(text).diagnostics
    assert [d.code for d in found[:-1]] == [codes.COMMA_MISSING] * 1000
    assert found[-1].code is codes.TOO_MANY_ERRORS


def test_the_common_slips_have_codes_of_their_own() -> None:
    own = {slip.code for slip in SLIPS} - {codes.SYNTAX}
    assert len(own) >= 10


def test_a_finding_names_the_file() -> None:
    (finding,) = parse("net n {\n", "small.dlnet").diagnostics[:1]
    assert str(finding.span) == "small.dlnet:2:1"


@pytest.mark.parametrize(
    "text",
    [
        "(" * 2000,
        "net n {\n x = input ids[" + "(" * 900 + "3" + ")" * 900 + "]\n output x\n}\n",
        "net n {\n x = input ids[3]\n y = relu(x, a=" + "(" * 900 + "1" + ",)" * 500 + "\n output y\n}\n",
        'net n {\n x = input ids[3]\n y = opaque "T"(x, a='
        + "{a=" * 300
        + "1"
        + "}" * 300
        + ")\n output y\n}",
        "net n {\n x = input ids[3]\n y = x |> "
        + "repeat 2 (" * 180
        + "relu"
        + ")" * 180
        + "\n output y\n}\n",
        "net n {\n x = input ids[" + "-" * 1900 + "3]\n output x\n}\n",
        "net n {\n x = input ids[" + "2 * (k + " * 200 + "3" + ")" * 200 + "]\n output x\n}\n",
        "net n {\n x = input ids[a" + " // 2 * b" * 200 + "]\n output x\n}\n",
        "net a {" * 280,
        '"' * 2000,
        "\x00" * 100 + "\ud800",
        "net n {\n" + "y = \n" * 390 + "}",
    ],
)
def test_deep_and_odd_texts_are_read_at_once(text: str) -> None:
    started = time.process_time()
    found = findings(text)
    assert time.process_time() - started < 3
    assert found == [] or all(d.code.number in CODES for d in found)


@pytest.mark.parametrize(
    ("chain", "code"),
    [
        ("repeat 1000000000000 zeropad2d(padding=1)", "DLC0405"),
        ("repeat 100000 upsample2d(size=2)", "DLC0305"),
        ("repeat 1000000 (repeat 1000000 (zeropad2d(padding=1) |> crop2d(cropping=1)))", None),
        ("flatten |> repeat 100000 (repeat_vector(times=K + L) |> flatten)", None),
        ("repeat 100000 maxpool2d(kernel=2, stride=2, padding=1)", None),
    ],
)
def test_repeats_that_grow_are_checked_in_bounded_time(chain: str, code: str | None) -> None:
    text = f"net n {{\n  x = input map[H, 8, 3]\n  y = x |> {chain}\n  output y\n}}\n"
    started = time.process_time()
    found = [d.code.number for d in findings(text)]
    assert time.process_time() - started < 40
    assert found == ([code] if code else [])


def test_blocks_that_call_blocks_that_call_blocks_are_checked_in_bounded_time() -> None:
    blocks = [
        f"block b{i}(x) {{\n  y = x |> b{i + 1} |> b{i + 1} |> b{i + 1}\n  output y\n}}\n" for i in range(30)
    ]
    last = "block b30(x) {\n  y = zeropad2d(x, padding=1)\n  output y\n}\n"
    net = "net n {\n  x = input map[4, 4, 1]\n  y = b0(x)\n  output y\n}\n"
    started = time.process_time()
    found = findings("".join(blocks) + last + net)
    assert time.process_time() - started < 40
    assert [d.code for d in found] == [codes.EXPANSION_TOO_LARGE]


def test_blocks_nest_64_deep() -> None:
    def text(depth: int) -> str:
        blocks = [f"block b{i}(x) {{\n  y = b{i + 1}(x)\n  output y\n}}\n" for i in range(1, depth)]
        last = f"block b{depth}(x) {{\n  y = relu(x)\n  output y\n}}\n"
        return "".join(blocks) + last + "net n {\n  x = input ids[3]\n  y = b1(x)\n  output y\n}\n"

    assert [d.code for d in findings(text(64))] == [codes.KIND_MISMATCH]
    assert [d.code for d in findings(text(65))] == [codes.EXPANSION_TOO_LARGE]


LAYERS = 100_000


def test_a_file_of_a_hundred_thousand_layers_is_read_and_checked_in_bounded_time_and_memory() -> None:
    lines = [f"  x{i} = conv2d(x{i - 1}, filters=8, kernel=3, padding=same)\n" for i in range(1, LAYERS + 1)]
    text = f"net big {{\n  x0 = input map[28, 28, 8]\n{''.join(lines)}  output x{LAYERS}\n}}\n"
    started = time.process_time()
    checked = check(parse(text).module)
    assert time.process_time() - started < 120
    assert checked.ok
    assert len(checked.module.nets[0].body) == LAYERS
    small = text[: len(text) // 20]
    tracemalloc.start()
    parsed = parse(small)
    checked = check(parsed.module)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * len(small)  # a few times the text: 240 MB for the whole of it


def test_undefined_names_in_a_large_file_are_all_told_in_bounded_time() -> None:
    lines = [f"  x{i} = relu(y{i})\n" for i in range(10_000)]
    text = f"net big {{\n  x = input map[28, 28, 8]\n{''.join(lines)}  output x\n}}\n"
    started = time.process_time()
    found = findings(text)
    assert time.process_time() - started < 60
    assert sum(d.code is codes.UNDEFINED_NAME for d in found) == 10_000
