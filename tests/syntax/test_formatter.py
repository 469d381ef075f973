"""Formatting keeps meaning and comments, and does nothing the second time."""

import contextlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pairs import pairs
from support.texts import modules, mutations, soups

from dlc.diagnostics import DlcError
from dlc.ir import Module
from dlc.syntax import format_text, parse, print_module

HERE = Path(__file__).resolve().parent
EXAMPLES = [f.read_text(encoding="utf-8") for f in sorted((HERE.parents[1] / "examples").glob("*.dlnet"))]


@pytest.mark.parametrize(("written", "formatted"), pairs(HERE / "formatted.dlnet"))
def test_pair(written: str, formatted: str) -> None:
    assert format_text(written) == formatted
    assert format_text(formatted) == formatted


@given(modules())
@settings(max_examples=100, deadline=None)
def test_what_is_printed_is_formatted(module: Module) -> None:
    text = print_module(module)
    assert format_text(text) == text


@st.composite
def commented(draw: st.DrawFn) -> str:
    """A text with numbered comments, line ends and blanks put where they may stand."""
    pieces: list[str] = []
    for line in draw(st.sampled_from(EXAMPLES)).splitlines():
        words = [line] if "#" in line else re.split(r"(?<=[,({])(?= ?\w)", line)
        for word in words[:-1]:
            comment = f" # note {len(pieces)}\n" if draw(st.integers(0, 19)) == 0 else ""
            pieces.append(word + comment)
        end = draw(st.sampled_from(("\n", "\n", "\n", "  \n\n\n", f" # note {len(pieces)}\n")))
        pieces.append(words[-1] + end)
    return "".join(pieces)


@given(commented())
@settings(max_examples=60, deadline=None)
def test_every_comment_is_kept_and_the_net_is_the_same(text: str) -> None:
    made = format_text(text)
    assert sorted(re.findall(r"# .*", made)) == sorted(c.rstrip() for c in re.findall(r"# .*", text))
    assert parse(made).module == parse(text).module
    assert format_text(made) == made


@given(soups() | mutations(EXAMPLES))
@settings(max_examples=200, deadline=None)
def test_any_text_is_formatted_once_and_for_all_or_refused(text: str) -> None:
    if any(d.is_error for d in parse(text).diagnostics if d.code.number.startswith("DLC01")):
        with contextlib.suppress(DlcError):  # what only a module shows does not keep a text from its layout
            format_text(text)
        return
    made = format_text(text)
    assert format_text(made) == made


def test_a_text_with_errors_is_refused_with_all_of_them() -> None:
    with pytest.raises(DlcError) as raised:
        format_text("net n {\n  x = relu(a b)\n  y = relu(a b)\n}\n", "n.dlnet")
    assert [str(d.span) for d in raised.value.diagnostics] == ["n.dlnet:2:14", "n.dlnet:3:14"]


def test_unknown_layers_and_attributes_are_laid_out_as_they_stand() -> None:
    text = "net n {\n  x = input ids[3]\n  y = x |> frob(b=1, a=(2,)) |> dense(unts=3)\n  output y\n}\n"
    assert format_text(text) == text


def test_windows_line_ends_and_a_byte_order_mark_go() -> None:
    text = "net n {\n  x = input ids[3]\n  output x\n}\n"
    assert format_text("\ufeff" + text.replace("\n", "\r\n")) == text
