"""From what speaks for a reading to how much of it is right: confidences that are kept to be measured.

What a reading of a figure looks like (words known, arrows drawn, letters sure, most of the figure accounted for)
ranks readings well, but its value means nothing by itself. Here it becomes the share of a network's layers,
connections and stated attributes that was right where readings looked so. `spec/reading.md` tells on what this was
fitted, and how well it holds.
"""

from __future__ import annotations

import itertools

#: What a reading looks like, and the share that is right then: isotonic regression over 305 readings (166 nets of
#: real figures counted thrice, papers with many for their square root; 139 of simulated figures, 98 of them
#: from vectors), its steps joined by lines.
_POINTS = (
    (0.0, 0.04),
    (0.05, 0.15),
    (0.12, 0.23),
    (0.25, 0.3),
    (0.35, 0.4),
    (0.5, 0.52),
    (0.6, 0.66),
    (0.75, 0.77),
    (0.85, 0.87),
    (0.97, 0.95),
    (1.0, 0.985),
)


def calibrated(looks: float) -> float:
    """The share of a reading that is likely right (0..1), from how right it looks (0..1)."""
    looks = min(1.0, max(0.0, looks))
    for (a, low), (b, high) in itertools.pairwise(_POINTS):
        if looks <= b:
            return round(low + (high - low) * (looks - a) / (b - a), 3)
    return _POINTS[-1][1]
