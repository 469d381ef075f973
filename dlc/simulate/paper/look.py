"""How one figure looks: type, colours, outlines, arrows. Everything in a figure shares its look."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Colour, Outline
from dlc.simulate.face import FACES, Face

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
# By kind of operation: convolution, pooling, dense, recurrent, normalisation, activation, merge, other.
_PALETTES: Sequence[Sequence[Colour]] = (
    ((255, 229, 204), (204, 229, 255), (217, 234, 211), (234, 209, 220), (255, 242, 204), (230, 230, 230),
     (244, 204, 204), (239, 239, 239)),
    ((251, 180, 174), (179, 205, 227), (204, 235, 197), (222, 203, 228), (254, 217, 166), (255, 255, 204),
     (229, 216, 189), (242, 242, 242)),
    ((141, 160, 203), (252, 141, 98), (102, 194, 165), (231, 138, 195), (166, 216, 84), (255, 217, 47),
     (229, 196, 148), (179, 179, 179)),
    ((91, 155, 213), (237, 125, 49), (112, 173, 71), (255, 192, 0), (165, 165, 165), (158, 72, 14),
     (38, 68, 120), (99, 99, 99)),
    ((248, 206, 204), (218, 232, 252), (213, 232, 212), (225, 213, 231), (255, 242, 204), (245, 245, 245),
     (255, 230, 204), (245, 245, 245)),
)  # fmt: skip
_KINDS: Mapping[str, int] = {
    "conv2d": 0, "conv2d_transpose": 0, "depthwise_conv2d": 0,
    "maxpool2d": 1, "avgpool2d": 1, "global_avgpool2d": 1,
    "dense": 2, "softmax": 2, "lstm": 3, "gru": 3, "rnn": 3, "embed": 3,
    "batchnorm": 4, "dropout": 4, "relu": 5, "leaky_relu": 5, "elu": 5, "tanh": 5, "sigmoid": 5,
    "add": 6, "concat": 6, "multiply": 6,
}  # fmt: skip


@attrs.frozen
class Look:
    """The look of a figure. Lengths are in points."""

    face: Face
    bold: Face
    size: float
    outline: Outline
    radius: float
    stroke: Colour | None
    width: float  # of outlines
    palette: tuple[Colour, ...]  # one colour, or one a kind of operation
    ink: Colour
    line: Colour
    line_width: float
    head: str  # triangle, open, stealth
    head_size: float
    routes: str  # straight, elbow, curve
    shadow: bool
    paper: Colour = WHITE

    def fill(self, op: str) -> Colour:
        """The colour of a box."""
        return self.palette[_KINDS.get(op, 7) % len(self.palette)]

    def text_on(self, fill: Colour | None) -> Colour:
        """The ink on a colour."""
        return WHITE if fill is not None and _light(fill) < 110 else self.ink


def _light(colour: Colour) -> float:
    red, green, blue = colour
    return 0.3 * red + 0.59 * green + 0.11 * blue


def random_look(rng: random.Random) -> Look:
    """A look at random; most are black on white or light colours."""
    face, bold = rng.choices(FACES, (6, 4, 3, 3, 3, 2, 1))[0]
    line = rng.choices((BLACK, (64, 64, 64), (68, 114, 196)), (8, 3, 1))[0]
    dark = rng.random() < 0.03
    filled = rng.random()
    palette: tuple[Colour, ...] = (WHITE,)
    if filled > 0.35:
        palette = tuple(rng.choice(_PALETTES)) if filled > 0.5 else (rng.choice(rng.choice(_PALETTES)),)
    stroke: Colour | None = rng.choices((BLACK, (90, 90, 90), (47, 82, 143), None), (8, 3, 1, 1))[0]
    if palette == (WHITE,) and stroke is None:
        stroke = BLACK
    return Look(
        face=face,
        bold=bold,
        size=rng.choice((7, 8, 8, 9, 10, 11)),
        outline=rng.choices((Outline.RECTANGLE, Outline.ROUNDED), (3, 2))[0],
        radius=rng.choice((2.5, 4, 6, 10)),
        stroke=stroke,
        width=rng.choice((0.4, 0.6, 0.8, 1.0, 1.5)),
        palette=palette if not dark else ((40, 40, 60),),
        ink=BLACK if not dark else (235, 235, 235),
        line=line if not dark else (220, 220, 220),
        line_width=rng.choice((0.5, 0.7, 1.0, 1.0, 1.5)),
        head=rng.choices(("triangle", "open", "stealth"), (5, 2, 3))[0],
        head_size=rng.choice((4.5, 5.5, 7.0)),
        routes=rng.choice(("straight", "elbow", "elbow", "curve")),
        shadow=rng.random() < 0.1,
        paper=WHITE if not dark else (20, 20, 35),
    )
