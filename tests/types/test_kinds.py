"""Kinds, types, and the signatures that productions of the grammar spell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.texts import types

from dlc.layers import REGISTRY
from dlc.syntax import parse
from dlc.types import HOLE, Kind, Type, fits, image, meet, sequence, signatures, symbol, vector
from dlc.types.dims import parse_number
from dlc.types.signature import TENSORS, parse_production


@given(types())
def test_a_type_is_written_as_it_is_read(made: Type) -> None:
    (net,) = parse(f"net n {{\n  x = input {made}\n  output x\n}}\n").module.nets
    assert net.inputs[0].type == made


@given(types(), types())
def test_types_that_fit_meet_in_one_that_fits_both(a: Type, b: Type) -> None:
    assert fits(a, b) == fits(b, a)
    assert fits(a, a)
    if fits(a, b):
        both = meet(a, b)
        assert both is not None
        assert fits(both, a)
        assert fits(both, b)


def test_a_number_goes_before_a_symbol_before_a_hole() -> None:
    h = symbol("H")
    assert meet(image(HOLE, h, 3), image(28, 7, HOLE)) == image(28, 7, 3)
    assert meet(vector(HOLE), vector(h)) == vector(h)
    assert meet(None, vector(3)) == vector(3)
    assert fits(None, vector(3))
    assert not fits(vector(3), vector(4))
    assert not fits(vector(3), sequence(3, 4))


def test_parts_of_a_type() -> None:
    made = Type(Kind.VOLUME, (4, 5, 6, symbol("C")))
    assert made.spatial == (4, 5, 6)
    assert made.channels == parse_number("C")
    assert not made.is_concrete
    assert image(1, 2, 3).is_concrete
    assert str(made) == "volume[4, 5, 6, C]"


def test_the_number_of_dimensions_is_the_kind_s() -> None:
    with pytest.raises(ValueError, match="map has 3 dimensions, not 2"):
        Type(Kind.MAP, (1, 2))


@pytest.mark.parametrize(
    ("name", "takes", "gives", "several"),
    [
        ("map__map", {Kind.MAP}, {Kind.MAP}, False),
        ("vector_or_ids__sequence", {Kind.VECTOR, Kind.IDS}, {Kind.SEQUENCE}, False),
        ("sequence__vector_or_sequence", {Kind.SEQUENCE}, {Kind.VECTOR, Kind.SEQUENCE}, False),
        ("tensor__same", TENSORS, None, False),
        ("tensors__same", TENSORS, None, True),
        ("any__any", set(Kind), set(Kind), False),
        ("sequences__sequence", {Kind.SEQUENCE}, {Kind.SEQUENCE}, True),
    ],
)
def test_production(name: str, takes: set[Kind], gives: set[Kind] | None, several: bool) -> None:
    made = parse_production(name)
    assert made.takes == takes
    assert made.gives == gives
    assert made.several == several


def test_results_of_what_is_taken() -> None:
    assert parse_production("tensor__same").results(Kind.MAP) == {Kind.MAP}
    assert parse_production("tensor__same").results(Kind.IDS) == frozenset()
    assert parse_production("map__vector").results(Kind.MAP) == {Kind.VECTOR}


@pytest.mark.parametrize("name", REGISTRY)
def test_layers_of_several_inputs_are_those_of_productions_in_the_plural(name: str) -> None:
    takes_several = REGISTRY[name].most is None or REGISTRY[name].most > 1  # type: ignore[operator]
    assert signatures()[name].several == takes_several or name == "opaque"


@given(st.sampled_from([n for n in REGISTRY if n != "opaque"]))
def test_every_kind_that_a_layer_takes_gives_one(name: str) -> None:
    signature = signatures()[name]
    assert all(signature.results(kind) for kind in signature.takes)
