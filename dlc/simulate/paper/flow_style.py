"""How a flow of boxes is laid out: one choice for a whole figure."""

from __future__ import annotations

import random

import attrs

from dlc.simulate.paper.look import Look
from dlc.simulate.paper.structure import Cell, Chain, cells


@attrs.frozen
class FlowStyle:
    """How a flow of boxes is laid out. Lengths are in points."""

    direction: str  # down, up, right, left
    gap: float
    pad: float  # between a box and its label
    even: bool  # all boxes as large as the largest
    rotated: bool  # labels read upwards (in horizontal flows)
    beside: bool  # labels beside the boxes (in plain chains)
    legend: bool  # colours are explained by a legend, boxes hold numbers
    sizes: bool  # output sizes beside the boxes (in plain chains)
    start: str  # box, text, none: how the input is shown
    end: str  # text, none: how the output is shown
    signs: bool  # sums as circles with a sign, else boxes
    trunk: bool  # shortcuts leave from the line behind their source, else from its side
    side: int  # on which side shortcuts are, 1 or -1
    round_corners: bool
    heads: bool
    row: int  # boxes in a row before a plain chain turns, 0 for never
    zigzag: bool  # rows run to and fro, else all in one direction


def random_flow(rng: random.Random, look: Look, chain: Chain) -> FlowStyle:
    """A layout at random that suits the structure."""
    plain = all(isinstance(part, Cell) for part in chain.parts)
    boxes = sum(1 for _ in cells(chain))
    direction = rng.choices(("down", "up", "right", "left"), (5, 2, 5, 0.3))[0]
    across = direction in ("right", "left")
    turned = plain and across and rng.random() < 0.5
    rotated = across and not turned and (boxes > 8 or rng.random() < 0.5)
    colours = {cell.main.op: look.fill(cell.main.op) for _, cell in cells(chain)}
    single = all(len(cell.specs) == 1 for _, cell in cells(chain))  # a legend names one layer a colour
    telling = single and len(set(colours.values())) == len(colours) > 1
    return FlowStyle(
        direction=direction,
        gap=rng.uniform(1.6, 3.0) * look.size,
        pad=rng.uniform(0.4, 0.9) * look.size,
        even=rng.random() < 0.6,
        rotated=rotated,
        beside=plain and not across and rng.random() < 0.15,
        legend=telling and rng.random() < 0.25,
        sizes=plain and not turned and rng.random() < 0.2,
        start=rng.choice(("box", "text", "none")),
        end=rng.choice(("text", "none")),
        signs=rng.random() < 0.7,
        trunk=rng.random() < 0.6,
        side=rng.choice((1, 1, -1)),
        round_corners=rng.random() < 0.4,
        heads=rng.random() < 0.97,
        row=rng.randint(3, 6) if turned else 0,
        zigzag=rng.random() < 0.5,
    )
