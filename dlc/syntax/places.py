"""From offsets in a text to lines and columns."""

from __future__ import annotations

import re
from bisect import bisect_right

from dlc.diagnostics import TextSpan


class Places:
    """Turns ranges of offsets in `text` into spans of `file`; lines and columns count from 1."""

    def __init__(self, text: str, file: str | None) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._file = file
        self._length = len(text)

    def span(self, start: int, end: int) -> TextSpan:
        """The span of the characters from `start` to before `end`."""
        start, end = min(start, self._length), min(end, self._length)
        line, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return TextSpan(
            line, start - self._starts[line - 1] + 1, last, end - self._starts[last - 1] + 1, self._file
        )
