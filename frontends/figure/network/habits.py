"""What one figure's way of writing says of a label that could be read in two ways.

"conv1-8" names the eighth layer of the first stage, or a convolution of one by one with eight filters;
"fc-5" names a layer or counts its units. A figure writes all its labels alike, and others are plain.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

_CONV = re.compile(r"\b(?P<op>(?:de)?conv)(?P<kernel>\d{1,2})-(?P<width>\d{1,4})(?!\d)", re.I)
_DENSE = re.compile(r"\b(?P<op>fc)-(?P<width>\d{1,5})(?!\d)", re.I)
#: Layers of a stage, and dense layers of a network, are never so many.
_MANY = 12


@attrs.frozen
class Habits:
    """Whether the last number of "conv3-64" and of "fc-100" counts filters and units."""

    conv_widths: bool = False
    dense_widths: bool = False

    def spelled(self, words: str) -> str:
        """Words with these labels spelled out: "1x1 conv, 8"."""
        if self.conv_widths:
            words = _CONV.sub(r"\g<kernel>x\g<kernel> \g<op>, \g<width>", words)
        return _DENSE.sub(r"\g<op> \g<width>", words) if self.dense_widths else words


def habits(texts: Iterable[str]) -> Habits:
    """The habits that a figure's texts show."""
    everything = list(texts)
    return Habits(_counts(_CONV, everything), _counts(_DENSE, everything))


def _counts(pattern: re.Pattern[str], texts: Iterable[str]) -> bool:
    return any(int(match["width"]) >= _MANY for text in texts for match in pattern.finditer(text))
