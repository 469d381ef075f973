"""The table beside the grammar is the grammar's, and the machine accepts what Lark's own parser accepts."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, LarkError
from support.texts import modules, mutations, soups

from dlc.ir import Module
from dlc.syntax import print_module
from dlc.syntax.lalr import Machine
from dlc.syntax.tables import GRAMMAR, fingerprint, generate, grammar_text, lark, table

ROOT = Path(__file__).resolve().parents[2]
TEXTS = [f.read_text(encoding="utf-8") for f in sorted((ROOT / "examples").glob("*.dlnet"))]


@pytest.fixture(scope="module")
def parser() -> Lark:
    return lark()


def test_the_kept_table_is_that_of_the_grammar() -> None:
    kept = json.loads((GRAMMAR / "dlnet.table.json").read_text(encoding="utf-8"))
    assert kept == json.loads(json.dumps(generate()))  # else: python -m dlc.syntax


def test_the_table_of_an_edited_grammar_is_not_taken() -> None:
    text = grammar_text()
    assert fingerprint(text) != fingerprint(text + "\n")
    assert fingerprint(text) != fingerprint(text.replace("filters", "filterz"))


def test_every_terminal_of_the_grammar_is_named() -> None:
    anonymous = [t.name for t in lark().terminals if t.name.startswith("__")]
    assert anonymous == []


def test_every_word_of_the_language_is_a_keyword() -> None:
    assert {"net", "block", "input", "output", "repeat", "conv2d", "opaque"} <= set(table().keywords)


def accepts(parser: Lark, text: str) -> bool:
    try:
        parser.parse(joined(text) + "\n")
    except LarkError:
        return False
    return True


def joined(text: str) -> str:
    """The text without comments, and with blanks for the newlines inside brackets.

    Lark's lexer takes some of these for the end of a statement; the machine knows that they cannot be.
    """
    depth, made = 0, ""
    for match in re.finditer(r'"(?:\\.|[^"\\\n])*"|#[^\n]*|.|\n', text):
        piece = match[0]
        depth = max(depth + (piece in "([") - (piece in ")]"), 0)
        made += "" if piece.startswith("#") else " " if piece == "\n" and depth else piece
    return made


@pytest.mark.parametrize("text", TEXTS)
def test_examples_are_accepted_by_both(parser: Lark, text: str) -> None:
    assert Machine(text, {}).run() is None
    assert accepts(parser, text)


@given(text=soups() | mutations(TEXTS))
@settings(max_examples=200, deadline=None)
def test_any_text_is_accepted_by_both_or_neither(parser: Lark, text: str) -> None:
    assert (Machine(text, {}).run() is None) == accepts(parser, text)


@given(module=modules(), at=st.floats(0, 1))
@settings(max_examples=50, deadline=None)
def test_a_text_with_a_token_cut_out_too(parser: Lark, module: Module, at: float) -> None:
    text = print_module(module)
    words = text.split(" ")
    index = int(at * (len(words) - 1))
    cut = " ".join(words[:index] + words[index + 1 :])
    for each in (text, cut):
        assert (Machine(each, {}).run() is None) == accepts(parser, each)
