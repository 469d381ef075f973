"""Arrays of pixels, as the modules of the raster reader pass them on.

The names tell what an array holds; OpenCV's own types leave that open, so the type checker does, too.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy.typing as npt

Array: TypeAlias = npt.NDArray[Any]
Pixels: TypeAlias = Array  # (height, width) grey or (height, width, 3) RGB, 0..255
Mask: TypeAlias = Array  # (height, width), 0 or 255
Numbers: TypeAlias = Array  # (height, width), integers: which component a pixel is of, 0 for none
Points: TypeAlias = Array  # (count, 2), integers: x and y
