"""Rules for transposed convolutions."""

from __future__ import annotations

from dlc.backends.keras.conv import crop, pairs
from dlc.backends.keras.plan import RULES, Ask, Refused
