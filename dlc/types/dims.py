"""Dimensions: integers, symbolic integer expressions, and holes.

A symbolic expression is a polynomial with integer coefficients over *atoms*; an atom is a symbol
(`H`) or a floor quotient (`(H + 1) // 2`). The normal form makes equal expressions equal values, so
that shapes can be compared with `==`. Symbols stand for positive integers.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Iterable, Mapping

import attrs


class Hole:
    """The single value `HOLE`: a number that the source does not state, printed `?`."""

    __slots__ = ()
    _instance: Hole | None = None

    def __new__(cls) -> Hole:
        if cls._instance is None:
            cls._instance = super().__new__(cls)
        return cls._instance

    def __repr__(self) -> str:
        return "?"

    def __reduce__(self) -> str:
        return "HOLE"

    def __deepcopy__(self, memo: object) -> Hole:
        return self


HOLE = Hole()


@attrs.frozen
class Quotient:
    """The atom floor(`numerator` / `divisor`)."""

    numerator: Expr
    divisor: int

    def __str__(self) -> str:
        return (
            f"({self.numerator}) // {self.divisor}"
            if len(self.numerator.terms) > 1
            else f"{self.numerator} // {self.divisor}"
        )


Atom = str | Quotient
Monomial = tuple[Atom, ...]


@attrs.frozen
class Expr:
    """A symbolic integer: the sum of `coefficient * atom * atom ...` over `terms`, in normal form."""

    terms: tuple[tuple[Monomial, int], ...]

    def __add__(self, other: int | Expr) -> int | Expr:
        return _collect((*self.terms, *_terms(other)))

    __radd__ = __add__

    def __neg__(self) -> int | Expr:
        return self * -1

    def __sub__(self, other: int | Expr) -> int | Expr:
        return self + (other * -1)

    def __rsub__(self, other: int | Expr) -> int | Expr:
        return (self * -1) + other

    def __mul__(self, other: int | Expr) -> int | Expr:
        return _collect(
            (tuple(sorted((*a, *b), key=str)), x * y) for a, x in self.terms for b, y in _terms(other)
        )

    __rmul__ = __mul__

    def __floordiv__(self, divisor: int) -> int | Expr:
        if divisor <= 0:
            raise ValueError(f"cannot divide {self} by {divisor}: divisors are positive integers")
        whole = _collect((m, c // divisor) for m, c in self.terms)
        rest = _collect((m, c % divisor) for m, c in self.terms)
        if isinstance(rest, int):
            return whole + rest // divisor
        return whole + _quotient(rest, divisor)

    def __str__(self) -> str:
        text = ""
        for monomial, coefficient in self.terms:
            sign = "-" if coefficient < 0 else "+"
            lead = f" {sign} " if text else ("-" if coefficient < 0 else "")
            # A minus at the front binds first, as in Python, so a quotient after it needs parentheses.
            text += lead + _print_term(monomial, abs(coefficient), bare=bool(text) or coefficient > 0)
        return text

    def symbols(self) -> frozenset[str]:
        """The names of all symbols in it."""
        found: set[str] = set()
        for monomial, _ in self.terms:
            for atom in monomial:
                found |= {atom} if isinstance(atom, str) else atom.numerator.symbols()
        return frozenset(found)

    def substitute(self, values: Mapping[str, int | Expr]) -> int | Expr:
        """The expression with some symbols replaced; raises ValueError where that is too large."""
        total: int | Expr = 0
        for monomial, coefficient in self.terms:
            product: int | Expr = coefficient
            for atom in monomial:
                product = _within(product * _replaced(atom, values))
            total = _within(total + product)
        return total


def _replaced(atom: Atom, values: Mapping[str, int | Expr]) -> int | Expr:
    if isinstance(atom, str):
        return values.get(atom, symbol(atom))
    return atom.numerator.substitute(values) // atom.divisor


def _within(value: int | Expr) -> int | Expr:
    why = excess(value)
    if why is not None:
        raise ValueError(why)
    return value


Number = int | Expr
Dim = int | Expr | Hole

LARGEST = 2**63 - 1
MOST_TERMS = 32  # terms of an expression, and factors of a term
_MOST_DIVISIONS = 16  # one inside the other


def excess(dim: Dim) -> str | None:
    """Why a dimension is beyond what is calculated with, which keeps reading and checking fast; else None."""
    if isinstance(dim, int):
        return "number is too large: the largest is 2**63 - 1" if abs(dim) > LARGEST else None
    return None if isinstance(dim, Hole) else _excess(dim, _MOST_DIVISIONS)


def _excess(value: Expr, divisions: int) -> str | None:
    """As `excess`, with so many divisions one inside the other."""
    if divisions < 1:
        return "divisions are nested too deep"
    if len(value.terms) > MOST_TERMS or any(abs(c) > LARGEST or len(m) > MOST_TERMS for m, c in value.terms):
        return "expression is too large"
    for atom in (a for m, _ in value.terms for a in m):
        if isinstance(atom, Quotient):
            why = "divisor is too large" if atom.divisor > LARGEST else _excess(atom.numerator, divisions - 1)
            if why is not None:
                return why
    return None


_LONGEST = 200  # characters of an expression that anyone would write


def parse_number(text: str) -> Number:
    """Read what `str` of an expression gives, such as `(H + 1) // 2`; raises ValueError for anything else."""
    if len(text) > _LONGEST:
        raise ValueError("the expression is too long")
    try:
        return _evaluate(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, RecursionError, MemoryError):
        raise ValueError(f"{text!r} is no expression of integers and symbols") from None


def _evaluate(node: ast.expr) -> Number:
    match node:
        case ast.Constant(value=int() as value) if not isinstance(value, bool):
            return value
        case ast.Name(id=name):
            return symbol(name)
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _evaluate(operand) * -1
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _evaluate(left) + _evaluate(right)
        case ast.BinOp(left=left, op=ast.Sub(), right=right):
            return _evaluate(left) - _evaluate(right)
        case ast.BinOp(left=left, op=ast.Mult(), right=right):
            return _evaluate(left) * _evaluate(right)
        case ast.BinOp(left=left, op=ast.FloorDiv(), right=ast.Constant(value=int() as divisor)) if divisor:
            return _evaluate(left) // divisor
    raise ValueError("only integers, symbols, +, -, * and // by a number are understood")


def symbol(name: str) -> Expr:
    """The expression that is just `name`."""
    return Expr((((name,), 1),))


def known(*dims: Dim) -> bool:
    """Whether none of the dimensions is a hole."""
    return not any(isinstance(d, Hole) for d in dims)


def lift(operation: Callable[..., Dim]) -> Callable[..., Dim]:
    """Make an operation on numbers give a hole when any operand is one."""

    def lifted(*operands: Dim) -> Dim:
        for operand in operands:
            if isinstance(operand, Hole):
                return HOLE
        return operation(*operands)

    return lifted


@lift
def product(*factors: Number) -> Number:
    """The product of dimensions; 1 for none; a hole when any is unknown."""
    result: Number = 1
    for factor in factors:
        result = result * factor
    return result


@lift
def total(*summands: Number) -> Number:
    """The sum of dimensions; a hole when any is unknown."""
    result: Number = 0
    for summand in summands:
        result = result + summand
    return result


@lift
def floor_div(a: Number, b: Number) -> Dim:
    """floor(a / b); a hole when the divisor is symbolic and does not cancel."""
    if isinstance(b, int):
        return a // b
    return 1 if a == b else HOLE


def ceil_div(a: Dim, b: Dim) -> Dim:
    """ceil(a / b), by floor((a + b - 1) / b)."""
    if isinstance(a, Hole) or isinstance(b, Hole):
        return HOLE
    return floor_div(a + b - 1, b)


def compatible(a: Dim, b: Dim) -> bool:
    """Whether two dimensions may be the same number: equal, or one is unknown or symbolic."""
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return True


def _terms(value: Number) -> tuple[tuple[Monomial, int], ...]:
    return value.terms if isinstance(value, Expr) else (((), value),)


def _collect(terms: Iterable[tuple[Monomial, int]]) -> Number:
    sums: dict[Monomial, int] = {}
    for monomial, coefficient in terms:
        sums[monomial] = sums.get(monomial, 0) + coefficient
    kept = {m: c for m, c in sums.items() if c}
    if not kept or (len(kept) == 1 and () in kept):
        return kept.get((), 0)
    # The constant goes last and higher degrees first, as one writes polynomials.
    return Expr(tuple(sorted(kept.items(), key=lambda t: (-len(t[0]), tuple(map(str, t[0]))))))


def _quotient(numerator: Expr, divisor: int) -> Number:
    """floor(numerator / divisor) in its simplest form.

    floor((floor(x / a) + c) / b) is floor((x + a*c) / (a*b)) for a whole c, and floor((g*x + c) / (g*b)) is
    floor((x + floor(c / g)) / b).
    """
    atoms = [(m, c) for m, c in numerator.terms if m]
    constant = sum(c for m, c in numerator.terms if not m)  # one term at most
    common = math.gcd(divisor, *(c for _, c in atoms))
    if common > 1:
        return (_collect((m, c // common) for m, c in atoms) + constant // common) // (divisor // common)
    if divisor == 1:
        return numerator
    inner = [(m, m[0]) for m, c in atoms if c == 1 and len(m) == 1 and isinstance(m[0], Quotient)]
    if len(inner) == 1:
        monomial, quotient = inner[0]
        others = _collect(term for term in numerator.terms if term[0] != monomial)
        return (quotient.numerator + quotient.divisor * others) // (quotient.divisor * divisor)
    return Expr((((Quotient(numerator, divisor),), 1),))


def _print_term(monomial: Monomial, coefficient: int, bare: bool) -> str:
    factors = [str(coefficient)] if coefficient != 1 or not monomial else []
    alone = len(monomial) == 1 and not factors and bare
    for atom in monomial:
        factors.append(str(atom) if isinstance(atom, str) or alone else f"({atom})")
    return " * ".join(factors)
