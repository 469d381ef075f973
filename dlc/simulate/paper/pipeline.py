"""Drawings of whole methods: pictures and plain words before and after a network."""

from __future__ import annotations

import random

import attrs
import numpy as np

from dlc.simulate.paper import families
from dlc.simulate.paper.figure import Figure, finished, shown_layers
from dlc.simulate.paper.flow import Flow
from dlc.simulate.paper.flow_style import FlowStyle, random_flow
from dlc.simulate.paper.look import Look
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import grow
from dlc.simulate.paper.words import random_wording

_BEFORE = ("Pre-processing", "Resize and crop", "Region proposals", "Data augmentation", "Face detection")
_AFTER = ("Post-processing", "Non-maximum suppression", "Ranking", "Decision", "Nearest neighbours")
_RESULTS = ("cat: 0.92", "Result", "Class label", "Prediction", "Detected objects")
_TITLES = ("Feature extractor", "Backbone", "Proposed network", "Deep network")


def draw(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    """A network inside a pipeline, and the drawing of the whole."""
    plan = families.chain(rng, max(3, min(depth, 8)))
    grown = grow(plan.chain, name, plan.given)
    wording = random_wording(rng)
    style = _style(rng, look, plan)
    sketch = Sketch(look)
    source, x = _before(rng, sketch, style)
    flow = Flow(sketch, plan.chain, grown, wording, style)
    end = flow.draw((x, 0.0), source)
    if rng.random() < 0.4:
        _frame(rng, sketch, source + 1)
    _after(rng, flow, end.item, end.s)
    layers = shown_layers(grown.net, flow.stated, flow.sizes)
    return finished("pipeline", sketch, layers, grown.net)


def _style(rng: random.Random, look: Look, plan: families.Plan) -> FlowStyle:
    chosen = random_flow(rng, look, plan.chain)
    return attrs.evolve(
        chosen, direction="right", start="none", end="none", row=0, legend=False, beside=False, sizes=False,
        rotated=len(plan.chain.parts) > 5 or rng.random() < 0.5,
    )  # fmt: skip


def _before(rng: random.Random, sketch: Sketch, style: FlowStyle) -> tuple[int, float]:
    """A picture, and perhaps a step in words; the last item, and where the network may begin."""
    side = rng.uniform(40, 70)
    pixels = _photo(rng)
    box = sketch.photo((0, -side / 2, side, side / 2), 24, 24, pixels)
    item = sketch.item(box, [])
    if rng.random() < 0.5:
        sketch.text(["Input image"], (side / 2, side / 2 + sketch.look.size))
    x = side
    if rng.random() < 0.5:
        item, x = _step(sketch, rng.choice(_BEFORE), item, x, style.gap)
    return item, x + style.gap


def _step(sketch: Sketch, words: str, before: int, x: float, gap: float) -> tuple[int, float]:
    """A box with words that is no layer."""
    lines = words.split(" ", 1)
    width, height = sketch.measure(lines)
    left = x + gap
    area = (left, -height / 2 - 5, left + width + 10, height / 2 + 5)
    item = sketch.item(sketch.box(area, sketch.look.outline, sketch.look.fill("other"), lines), lines)
    sketch.arrow(before, item, sketch.line([(x, 0), (left, 0)]))
    return item, area[2]


def _frame(rng: random.Random, sketch: Sketch, first: int) -> None:
    """A dashed frame round the network, with a title that is no layer either."""
    areas = [sketch.area_of(item) for item in range(first, len(sketch.items))]
    left, top = min(a[0] for a in areas) - 5, min(a[1] for a in areas) - 5
    right, bottom = max(a[2] for a in areas) + 5, max(a[3] for a in areas) + 5
    sketch.group((left, top, right, bottom))
    sketch.text([rng.choice(_TITLES)], ((left + right) / 2, top - sketch.look.size), bold=True)


def _after(rng: random.Random, flow: Flow, item: int, x: float) -> None:
    """Steps in words and the result."""
    sketch, gap = flow.sketch, flow.style.gap
    if rng.random() < 0.5:
        item, x = _step(sketch, rng.choice(_AFTER), item, x, gap)
    words = [rng.choice(_RESULTS)]
    width, _ = sketch.measure(words)
    result = sketch.item(sketch.bare(words, (x + gap + 2 + width / 2, 0)), words)
    sketch.arrow(item, result, sketch.line([(x, 0), (x + gap, 0)]))


def _photo(rng: random.Random) -> bytes:
    """Something with the colours of a photograph: soft blobs."""
    noise = np.random.default_rng(rng.getrandbits(32))
    coarse = noise.uniform(30, 230, (4, 4, 3))
    rows = np.clip(np.linspace(0, 3, 24), 0, 2.999)
    low, share = rows.astype(int), (rows % 1)[:, None]
    across = coarse[low] * (1 - share[:, :, None]) + coarse[low + 1] * share[:, :, None]
    smooth = across[:, low] * (1 - share[None, :, :]) + across[:, low + 1] * share[None, :, :]
    pixels = np.clip(smooth + noise.normal(0, 8, smooth.shape), 0, 255).astype(np.uint8)
    return bytes(pixels.tobytes())
