"""From what speaks for a reading to how much of it is right: confidences that are kept to be measured.

What a reading of a figure looks like (words known, arrows drawn, letters sure) ranks readings well, but its value
means nothing by itself. Here it becomes the share of a network's layers, connections and stated attributes that
was right where readings looked so. `spec/reading.md` has the figures that this was fitted on, and the table of how
well it holds.
"""

from __future__ import annotations

import itertools

#: What a reading looks like, and the share that is right then: isotonic regression over 184 readings (45 nets of
#: real figures counted thrice, 96 of simulated ones from vectors, 43 from pixels), pooled steps joined by lines.
_POINTS = (
    (0.0, 0.02),
    (0.47, 0.15),
    (0.52, 0.31),
    (0.59, 0.57),
    (0.67, 0.63),
    (0.78, 0.74),
    (0.82, 0.92),
    (0.93, 0.975),
    (1.0, 0.985),
)


def calibrated(looks: float) -> float:
    """The share of a reading that is likely right (0..1), from how right it looks (0..1)."""
    looks = min(1.0, max(0.0, looks))
    for (a, low), (b, high) in itertools.pairwise(_POINTS):
        if looks <= b:
            return round(low + (high - low) * (looks - a) / (b - a), 3)
    return _POINTS[-1][1]
