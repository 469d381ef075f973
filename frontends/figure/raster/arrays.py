"""Arrays of pixels, as the modules of the raster reader pass them on."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Pixels: TypeAlias = npt.NDArray[np.uint8]  # (height, width) or (height, width, 3), 0..255
Mask: TypeAlias = npt.NDArray[np.uint8]  # (height, width), 0 or 255
Numbers: TypeAlias = npt.NDArray[np.int32]  # (height, width): which component a pixel is of, 0 for none
Points: TypeAlias = npt.NDArray[np.int32]  # (count, 2): x and y
Reals: TypeAlias = npt.NDArray[np.float64]
Array: TypeAlias = npt.NDArray[Any]
