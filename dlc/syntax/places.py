"""From offsets in a text to lines and columns."""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from dlc.diagnostics import TextSpan


class Places:
    """Turns ranges of offsets in `text` into spans of `file`; lines and columns count from 1."""

    def __init__(self, text: str, file: str | None) -> None:
        self._starts = [0, *(m.end() for m in re.finditer("\n", text))]
        self._file = file
        self._text = text

    def span(self, start: int, end: int) -> TextSpan:
        """The span of the characters from `start` to before `end`."""
        start, end = min(start, len(self._text)), min(end, len(self._text))
        line, last = bisect_right(self._starts, start), bisect_right(self._starts, end)
        return TextSpan(
            line, start - self._starts[line - 1] + 1, last, end - self._starts[last - 1] + 1, self._file
        )

    def argument(self, name: str, start: int, end: int) -> TextSpan:
        """The span of `name=` in a call between two offsets, or of that call where it is not."""
        quoted = json.dumps(name, ensure_ascii=False)
        written = rf"(?:(?<![\w.]){re.escape(name)}|{re.escape(quoted)})(?=\s*=)"
        match = re.compile(written).search(self._text, start, end)
        return self.span(*match.span()) if match else self.span(start, end)
