"""Drawings as papers have them: five kinds, in any look, clean or made worse."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence

import attrs
from PIL import Image

from dlc.ir import Net
from dlc.simulate.designs import stream
from dlc.simulate.paper import families, maps, neurons, pipeline, skips
from dlc.simulate.paper.degrade import Worse, degraded
from dlc.simulate.paper.figure import Figure, finished, shown_layers
from dlc.simulate.paper.flow import Flow
from dlc.simulate.paper.flow_style import random_flow
from dlc.simulate.paper.look import Look, random_look
from dlc.simulate.paper.sketch import Sketch
from dlc.simulate.paper.structure import grow
from dlc.simulate.paper.words import random_wording
from dlc.simulate.pdf import pdf, raster
from dlc.simulate.picture import Picture
from dlc.simulate.settings import Settings
from dlc.simulate.svg import svg
from dlc.simulate.transform import Affine, scaled, transformed
from dlc.simulate.truth import Truth

__all__ = ["KINDS", "draw_figure", "paper_picture", "picture_of"]

_DPI = (110, 150, 150, 200, 200, 300)
_LEAST_DPI = 75
_LARGEST = 24_000_000  # pixels


def _boxes(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    """Boxes that are layers: one network, or two or three side by side."""
    if depth <= 12 and rng.random() < 0.12:
        return _side_by_side(rng, look, depth, name)
    family = rng.choices([f for f, _ in families.FAMILIES], [w for _, w in families.FAMILIES])[0]
    plan = family(rng, depth)
    grown = grow(plan.chain, name, plan.given)
    sketch = Sketch(look)
    flow = Flow(sketch, plan.chain, grown, random_wording(rng), random_flow(rng, look, plan.chain))
    flow.draw()
    return finished("2d-box", sketch, shown_layers(grown.net, flow.stated, flow.sizes), grown.net)


def _side_by_side(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    """Networks in one figure, each under a title."""
    sketch, wording = Sketch(look), random_wording(rng)
    family = rng.choice((families.chain, families.residual))
    nets, layers, left = [], [], 0.0
    start = rng.choice(("box", "text", "none"))  # who shows one network's input shows the other's
    for letter in "abc"[: rng.choice((2, 2, 3))]:
        plan = family(rng, max(4, depth - rng.randint(0, 4)))
        grown = grow(plan.chain, f"{name}_{letter}", plan.given, f"{letter}_")
        style = attrs.evolve(
            random_flow(rng, look, plan.chain),
            direction="down",
            row=0,
            legend=False,
            beside=False,
            start=start,
        )
        flow = Flow(sketch, plan.chain, grown, wording, attrs.evolve(style, rotated=False))
        room = flow.room.chain_extent(plan.chain, ())
        flow.draw((0.0, left + max(room.minus, 40) + 20))
        sketch.text([f"({letter})"], (left + max(room.minus, 40) + 20, -2 * look.size))
        left += max(room.minus, 40) + max(room.plus, 40) + 60
        nets.append(grown.net)
        layers += shown_layers(grown.net, flow.stated, flow.sizes)
    return finished("2d-box", sketch, layers, *nets)


def _sheets(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    return maps.draw(rng, look, min(depth, 9), False, name)


def _cuboids(rng: random.Random, look: Look, depth: int, name: str) -> Figure:
    return maps.draw(rng, look, min(depth, 9), True, name)


Drawer = Callable[[random.Random, Look, int, str], Figure]
# How a figure is drawn, and how often, out of all.
KINDS: Sequence[tuple[Drawer, int]] = (
    (_boxes, 40),
    (skips.draw, 10),
    (_sheets, 15),
    (_cuboids, 15),
    (neurons.draw, 10),
    (pipeline.draw, 10),
)


def draw_figure(rng: random.Random, depth: int, name: str) -> Figure:
    """A drawing of a network of about `depth` layers, of a kind and look drawn at random."""
    drawer = rng.choices([d for d, _ in KINDS], [w for _, w in KINDS])[0]
    return drawer(rng, random_look(rng), depth, name)


def paper_picture(settings: Settings, depth: int, index: int) -> tuple[tuple[Net, ...], Picture]:
    """The figure of that depth and index of a set: what it shows, and its picture, clean or made worse."""
    rng = stream(settings.seed, depth, index, "paper")
    figure = draw_figure(rng, depth, f"net_{depth:02d}_{index:05d}")
    worse = stream(settings.seed, depth, index, "worse")
    made = picture_of(figure, rng.choice(_DPI), settings.vectors, worse, settings.degraded)
    return figure.nets, made


def picture_of(
    figure: Figure,
    dpi: float,
    vectors: Sequence[str] = (),
    rng: random.Random | None = None,
    share: float = 0.0,
) -> Picture:
    """A figure as pixels and in vector forms; with that chance the pixels (alone) are made worse."""
    document = pdf(figure.scene)
    area = figure.scene.width * figure.scene.height
    scale = min(dpi / 72, (_LARGEST / area) ** 0.5)
    made = Worse(raster(document, scale), Affine(), ())
    if rng is not None and rng.random() < share:
        made = degraded(made.image, rng, _LEAST_DPI / (72 * scale))
    files = {".png": _png(made.image)}
    files |= {e: document if e == ".pdf" else svg(figure.scene) for e in vectors}
    return Picture(files, _truth(figure, made, scaled(scale)))


def _truth(figure: Figure, made: Worse, by: Affine) -> Truth:
    by = by.then(made.by)
    area = (0.0, 0.0, float(made.image.width), float(made.image.height))
    return Truth(
        "paper",
        figure.kind,
        transformed(figure.drawing, by, area, "px"),
        figure.items,
        figure.arrows,
        figure.layers,
        figure.outputs,
        by.scale,
        made.names,
    )


def _png(image: Image.Image) -> bytes:
    stream_ = io.BytesIO()
    image.save(stream_, "PNG", compress_level=3)
    return stream_.getvalue()
