"""A picture of a network with what is true of it."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from dlc.simulate.truth import Truth


@attrs.frozen
class Picture:
    """A drawing as files, by their endings (`.png`, `.pdf`, `.svg`), and its truth in the PNG's pixels."""

    files: Mapping[str, bytes]
    truth: Truth

    @property
    def png(self) -> bytes:
        """The raster form."""
        return self.files[".png"]
