"""The option `--depth A..B` of the commands that draw random networks."""

from __future__ import annotations

import re

from dlc.cli.arguments import UsageError
from dlc.diagnostics import Diagnostic, codes
from dlc.fuzz import SHALLOWEST

DEEPEST = 1000


def depth_range(text: str) -> tuple[int, int]:
    """The least and the greatest depth of `5..40` or `12`; raises UsageError."""
    match = re.fullmatch(r"(\d{1,4})(?:\.\.(\d{1,4}))?", text)
    low, high = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not SHALLOWEST <= low <= high <= DEEPEST:
        message = f"--depth {text} is no range such as 5..40, from {SHALLOWEST} to {DEEPEST}"
        raise UsageError(Diagnostic(codes.USAGE, message))
    return low, high
