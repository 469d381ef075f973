"""Dimensions: expressions mean what their numbers mean, have one form, and are written as they are read."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlc.types import HOLE, Dim, Expr, ceil_div, compatible, floor_div, known, product, symbol, total
from dlc.types.dims import LARGEST, excess, parse_number

NAMES = ("H", "W", "k")
VALUES = st.fixed_dictionaries({name: st.integers(1, 50) for name in NAMES})


@st.composite
def expressions(draw: st.DrawFn, depth: int = 3, signs: tuple[str, ...] = ("+", "-", "*", "//")) -> Any:
    """A tree of operations: an integer, a name, or (operator, operand, operand)."""
    if depth == 0 or draw(st.booleans()):
        return draw(st.integers(-9, 9) | st.sampled_from(NAMES))
    sign = draw(st.sampled_from(signs))
    right = draw(st.integers(1, 7)) if sign == "//" else draw(expressions(depth - 1, signs))
    return sign, draw(expressions(depth - 1, signs)), right


def value(tree: Any, names: dict[str, Any]) -> Any:
    """What a tree is with these values of the names."""
    if isinstance(tree, int):
        return tree
    if isinstance(tree, str):
        return names[tree]
    sign, left, right = tree
    a, b = value(left, names), value(right, names)
    return {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "//": lambda: a // b}[sign]()


SYMBOLS: dict[str, Any] = {name: symbol(name) for name in NAMES}


@given(expressions(), VALUES)
@settings(max_examples=500, deadline=None)
def test_an_expression_is_what_its_numbers_are(tree: Any, values: dict[str, int]) -> None:
    made = value(tree, SYMBOLS)
    found = made.substitute(values) if isinstance(made, Expr) else made
    assert found == value(tree, values)


@given(expressions())
@settings(max_examples=500, deadline=None)
def test_what_is_written_reads_back(tree: Any) -> None:
    made = value(tree, SYMBOLS)
    assert parse_number(str(made)) == made


@given(expressions(2), expressions(2), expressions(1))
@settings(max_examples=300, deadline=None)
def test_equal_expressions_are_equal_values(first: Any, second: Any, third: Any) -> None:
    a, b, c = (value(tree, SYMBOLS) for tree in (first, second, third))
    assert a + b == b + a
    assert a * b == b * a
    assert (a + b) * c == a * c + b * c
    assert a - a == 0
    assert (a + 6 * b) // 3 == a // 3 + 2 * b
    assert hash(a + b) == hash(b + a)


@given(expressions(2, ("+", "-", "*")), st.integers(1, 6), st.integers(1, 6), st.integers(-5, 5))
@settings(max_examples=500, deadline=None)
def test_a_quotient_of_a_quotient_is_one_quotient(tree: Any, a: int, b: int, more: int) -> None:
    """As sizes go through two windows: (x // a + more) // b."""
    whole = value(tree, SYMBOLS)
    assert (whole // a + more) // b == (whole + a * more) // (a * b)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("H", "H"),
        ("2*H + H", "3 * H"),
        ("(H + 1) // 2", "(H + 1) // 2"),
        ("(2*H + 3) // 2", "H + 1"),
        ("H // 2 // 3", "H // 6"),
        ("(H // 2 + 1) // 2", "(H + 2) // 4"),
        ("W*H - H*W", "0"),
        ("-H + W", "-H + W"),
        ("3 * (H // 2)", "3 * (H // 2)"),
        ("-(H // 2)", "-(H // 2)"),
        ("(H + W) * (H - W)", "H * H - W * W"),
    ],
)
def test_normal_form(text: str, written: str) -> None:
    assert str(parse_number(text)) == written


@pytest.mark.parametrize(
    "text", ["", "H +", "H / 2", "2 // H", "H // 0", "f(H)", "1.5", "True", "a.b", "x" * 300, "((" * 90]
)
def test_other_texts_are_no_expressions(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_number(text)


@pytest.mark.parametrize("divisor", [0, -2])
def test_divisors_are_positive(divisor: int) -> None:
    with pytest.raises(ValueError, match="divisors are positive"):
        symbol("H") // divisor


@given(st.integers(-100, 100), st.integers(1, 20))
def test_rounding(a: int, b: int) -> None:
    assert floor_div(a, b) == a // b
    assert ceil_div(a, b) == -(-a // b)


def test_symbolic_divisors_cancel_or_are_unknown() -> None:
    h = symbol("H")
    assert floor_div(h, h) == 1
    assert floor_div(h, symbol("W")) is HOLE
    assert ceil_div(1, h) == 1


@given(st.lists(st.integers(1, 9) | st.just(HOLE) | st.just(symbol("H")), max_size=4))
def test_a_hole_makes_a_hole(dims: list[Dim]) -> None:
    expected = known(*dims)
    assert (product(*dims) is not HOLE) == expected
    assert (total(*dims) is not HOLE) == expected


def test_dimensions_fit_unless_they_are_two_numbers() -> None:
    h = symbol("H")
    assert compatible(3, 3)
    assert not compatible(3, 4)
    assert all(compatible(a, b) for a in (3, h, HOLE) for b in (h, HOLE))


def test_there_is_one_hole() -> None:
    assert copy.deepcopy(HOLE) is HOLE
    assert pickle.loads(pickle.dumps(HOLE)) is HOLE
    assert str(HOLE) == "?"


def test_the_symbols_of_an_expression() -> None:
    made = (symbol("H") * symbol("W") + 1) // 2 - symbol("k")
    assert isinstance(made, Expr)
    assert made.symbols() == {"H", "W", "k"}


def test_what_is_too_large_to_calculate_with() -> None:
    h = symbol("H")
    assert excess(LARGEST) is None
    assert "too large" in str(excess(LARGEST + 1))
    assert excess(h * LARGEST) is None
    assert "too large" in str(excess(h * LARGEST * 2))
    assert "divisor" in str(excess((h + 1) // (LARGEST + 1)))
    deep: Any = h
    for _ in range(20):
        deep = (deep * symbol("k")) // 2
    assert "nested" in str(excess(deep))
    wide: Any = 0
    for i in range(40):
        wide = wide + symbol(f"a{i}")
    assert "expression" in str(excess(wide))


def test_a_substitution_that_is_too_large_is_refused() -> None:
    wide: Any = 0
    for i in range(20):
        wide = wide + symbol(f"a{i}")
    cube: Any = symbol("k") * symbol("k") * symbol("k")
    with pytest.raises(ValueError, match="too large"):
        cube.substitute({"k": wide})
