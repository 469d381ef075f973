"""Changes to the parts of a row: the first layer that takes something, or every phrase."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from dlc.frontends.phrases.values import Number
from dlc.frontends.table.design.parts import WIDTH, Layer, Part, Stack


def first_changed(parts: tuple[Part, ...], change: Callable[[Layer], Layer | None]) -> tuple[Part, ...]:
    """The parts with the first layer changed for which `change` gives another one."""
    for index, part in enumerate(parts):
        if isinstance(part, Layer):
            made = change(part)
            if made is not None:
                return (*parts[:index], made, *parts[index + 1 :])
        elif isinstance(part, Stack):
            inner = first_changed(part.parts, change)
            if inner != part.parts:
                return (*parts[:index], attrs.evolve(part, parts=inner), *parts[index + 1 :])
    return parts


def give(parts: tuple[Part, ...], fits: Callable[[Layer], bool], **values: Any) -> tuple[Part, ...]:
    """The parts with these attributes given to the first layer that they fit; None says nothing."""
    values = {key: value for key, value in values.items() if value is not None}
    if not values:
        return parts

    def given(layer: Layer) -> Layer | None:
        return layer.given(**values) if fits(layer) and values.keys() - layer.attributes.keys() else None

    return first_changed(parts, given)


def spread(found: Sequence[Number] | None) -> Any:
    """Factors as an attribute is written: one alone is no tuple."""
    return None if found is None else found[0] if len(found) == 1 else tuple(found)


def widened(layer: Layer, value: Number) -> Layer | None:
    """The layer with its width; None where it has none to take."""
    name = WIDTH.get(layer.op)
    return layer.given(**{name: value}) if name and name not in layer.attributes else None
