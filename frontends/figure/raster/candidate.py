"""A face that may be a box."""

from __future__ import annotations

import attrs

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.raster.borders import Border
from dlc.frontends.figure.raster.faces import Face
from dlc.frontends.figure.raster.outlines import Shape


@attrs.frozen(eq=False)
class Candidate:
    """A face that may be a box: its shape and border, whether it is filled, and whether it holds letters."""

    face: Face
    shape: Shape
    border: Border
    filled: bool
    texted: bool
    area: Area  # to the border's centre
