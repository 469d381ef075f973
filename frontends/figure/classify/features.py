"""What tells designs from plots, photographs and other drawings, as numbers between about 0 and 1."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from dlc.frontends.figure.classify.captions import WEIGHED, of_caption, weighed
from dlc.frontends.figure.classify.drawn import of_drawing
from dlc.frontends.figure.classify.pictured import of_picture
from dlc.frontends.figure.drawing import Drawing

if TYPE_CHECKING:
    from PIL.Image import Image


@attrs.frozen
class Evidence:
    """What is known of a figure: its caption, its drawing, and a picture of it; each may be missing.

    `pixels` tells that the drawing was read from the picture, letters and all.
    """

    caption: str = ""
    drawing: Drawing | None = None
    picture: Image | None = None
    pixels: bool = False


def features(evidence: Evidence, words: Mapping[str, float]) -> dict[str, float]:
    """The features of a figure by name; `words` are the weights of words in captions.

    Without a caption there are none of its features.
    """
    found = dict[str, float]()
    if evidence.caption:
        found |= of_caption(evidence.caption) | {WEIGHED: weighed(evidence.caption, words)}
    if evidence.drawing is not None:
        found |= of_drawing(evidence.drawing) | {"pixels": float(evidence.pixels)}
    if evidence.picture is not None:
        found |= of_picture(evidence.picture)
    return found


#: The names of the features of captions, and of drawings.
CAPTIONED = frozenset(of_caption("")) | {WEIGHED}
DRAWN = frozenset(of_drawing(Drawing((0.0, 0.0, 1.0, 1.0)))) | {"pixels"}
