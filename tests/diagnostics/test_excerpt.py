"""Quoted source lines: carets stand below what is meant, whatever the line holds."""

from hypothesis import given
from hypothesis import strategies as st

from dlc.diagnostics import TextSpan
from dlc.diagnostics.excerpt import WIDEST, excerpt, width


def quoted(line: str, first: int, end: int, end_line: int = 1) -> tuple[str, str]:
    found = excerpt(TextSpan(1, first, end_line, end), [line])
    assert found is not None
    return found.text, found.carets


def test_carets_cover_the_range() -> None:
    assert quoted("a = relu(b)", 5, 9) == ("a = relu(b)", "    ^^^^")


def test_a_tab_takes_four_columns() -> None:
    assert quoted("\ta = b", 2, 3) == ("    a = b", "    ^")


def test_wide_characters_take_two_columns() -> None:
    assert quoted("層 = b", 5, 6) == ("層 = b", "     ^")
    assert quoted("層 = b", 1, 2) == ("層 = b", "^^")


def test_an_empty_range_still_has_a_caret() -> None:
    assert quoted("a = ", 5, 5) == ("a =", "    ^")


def test_a_range_over_lines_is_marked_to_the_end_of_its_first() -> None:
    assert quoted("a = relu(", 5, 2, end_line=3) == ("a = relu(", "    ^^^^^")


def test_a_long_line_is_cut_on_both_sides() -> None:
    text, carets = quoted("x" * 500 + "HERE" + "y" * 500, 501, 505)
    assert text.startswith("…x")
    assert text.endswith("y…")
    assert text[carets.index("^") : len(carets)] == "HERE"


def test_a_long_range_is_cut_inside() -> None:
    text, carets = quoted("x" * 500, 1, 501)
    assert text == "x" * (WIDEST - 1) + "…"
    assert carets == "^" * WIDEST


def test_a_line_that_is_not_there_has_no_excerpt() -> None:
    assert excerpt(TextSpan(2, 1, 2, 2), ["only"]) is None


@given(st.text(max_size=300), st.integers(1, 310), st.integers(0, 320))
def test_excerpts_are_never_wider_than_the_limit(line: str, first: int, length: int) -> None:
    found = excerpt(TextSpan(1, first, 1, first + length), [line])
    assert found is not None
    assert width(found.text) <= WIDEST
    assert found.length >= 1
    assert found.start <= WIDEST
