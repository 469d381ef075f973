"""Frames of every size are drawn."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from dlc.frontends.look.marks import Mark
from dlc.frontends.look.paint import Ground, paint

SIDES = st.floats(0.0, 12.0)


# Pillow fails on some frames that are nothing but two rounded corners.
@example(10.28, 19.05, 3.47, 2.75)
@example(1.11, 8.7, 2.26, 1.76)
@given(SIDES, SIDES, SIDES, SIDES)
def test_frames_of_every_size_are_drawn(left: float, top: float, wide: float, high: float) -> None:
    ground = Ground(Image.new("RGB", (40, 40), "white"), 1.0, 1.0)
    made = paint(ground, [Mark((left, top, left + wide, top + high), (200, 0, 0))])
    assert made.startswith(b"\x89PNG")
