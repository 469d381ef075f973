"""Pairs of texts in one file: cases split by `# -----`, what goes in and what comes out by `# =====`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def pairs(file: Path) -> list[Any]:
    """The pairs of a file, as parameters of a test."""
    cases = file.read_text(encoding="utf-8").split("# -----\n")
    return [
        pytest.param(*case.split("# =====\n"), id=f"{file.stem}-{number}")
        for number, case in enumerate(cases, 1)
    ]
