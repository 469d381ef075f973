"""When two frameworks' numbers are the same."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

Array = Any
TOLERANCE = 1e-4  # of the largest number where all are small, as probabilities are; else absolute


def differences(made: Mapping[str, Array], expected: Mapping[str, Array]) -> dict[str, object]:
    """For each value that differs, by how much, or both shapes; empty where all agree."""
    assert made.keys() == expected.keys()
    return {name: found for name in made if (found := _difference(made[name], expected[name])) is not None}


def _difference(made: Array, expected: Array) -> object:
    if made.shape != expected.shape:
        return made.shape, expected.shape
    scale = min(1.0, float(np.abs(expected).max()))
    error = float(np.abs(made - expected).max())
    return None if error <= TOLERANCE * max(scale, 1e-3) else (error, scale)
