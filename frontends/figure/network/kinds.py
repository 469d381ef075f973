"""Which kind of drawing it is: boxes are layers, boxes are feature maps, or circles are neurons."""

from __future__ import annotations

from collections.abc import Sequence

from dlc.frontends.figure.classify.drawn import scales
from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.network.graph import Graph
from dlc.frontends.figure.network.layered import layered
from dlc.frontends.figure.network.legend import legend
from dlc.frontends.figure.network.mapped import mapped
from dlc.frontends.figure.network.neurons import neurons
from dlc.frontends.figure.network.reading import read_words
from dlc.frontends.figure.network.scene import ItemKind, scene

#: More lines than this, and than so many for each box, are a plot's.
_MANY, _A_BOX = 200, 20
#: So many layers written along arrows tell that arrows join boxes, unless twice as many are written between maps
#: in rows.
_ENOUGH = 3
#: A scale has at least so many numbers in equal steps, a chart so many bars of different lengths.
_FEWEST_STEPS, _FEWEST_BARS = 4, 3


def graphs_of(drawing: Drawing) -> list[Graph]:
    """The graphs of a drawing, by what its boxes are: layers, feature maps with layers between, or neurons."""
    if _is_plot(drawing):
        return []
    seen = scene(drawing)
    inside = sum(1 for item in seen.of(ItemKind.BOX) if read_words(item.words).known)
    if inside < 2 and (found := neurons(drawing)):
        return found
    graphs = layered(seen)
    if inside >= 2 or legend(seen).fills:
        return graphs
    by_maps = mapped(seen)
    if _written(graphs) >= _ENOUGH and _written(by_maps) < 2 * _written(graphs):
        return graphs
    return by_maps or graphs


def _written(graphs: Sequence[Graph]) -> int:
    """How many layers are written along the arcs of graphs."""
    return sum(len(arc.steps) for graph in graphs for arc in graph.arcs)


def _is_plot(drawing: Drawing) -> bool:
    """Whether there are so many more lines than boxes that they join nothing, or the boxes are bars on an axis."""
    return len(drawing.connectors) > _MANY + _A_BOX * len(drawing.boxes) or _has_bars(drawing)


def _has_bars(drawing: Drawing) -> bool:
    """Whether boxes of one width and several heights stand on one line beside a scale of numbers, or lie so."""
    upright = [(b.area[3], b.width, b.height) for b in drawing.boxes]
    level = [(b.area[0], b.height, b.width) for b in drawing.boxes]
    across, down = scales(drawing)
    return any(
        steps >= _FEWEST_STEPS and any(_are_bars(boxes, foot, thick, drawing.em) for foot, thick, _ in boxes)
        for steps, boxes in ((down, upright), (across, level))
    )


def _are_bars(boxes: Sequence[tuple[float, float, float]], foot: float, thick: float, em: float) -> bool:
    """Whether three boxes or more have this foot and thickness, and lengths of their own."""
    lengths = {round(c / em) for a, b, c in boxes if abs(a - foot) < 0.2 * em and abs(b - thick) < 0.2 * em}
    return len(lengths) >= _FEWEST_BARS
