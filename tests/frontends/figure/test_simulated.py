"""Clean drawings in the styles of papers, of all kinds, are read nearly without a fault."""

from __future__ import annotations

from collections import defaultdict

from support.net_figures import read, truth

from dlc.evaluate.measure import Count, Measures, measure
from dlc.simulate.designs import stream
from dlc.simulate.paper import draw_figure

SEED, COUNT = 4711, 60


def measured() -> dict[str, list[Measures]]:
    """What was measured of each kind of drawing."""
    found: dict[str, list[Measures]] = defaultdict(list)
    for index in range(COUNT):
        depth = 5 + 7 * index % 36
        figure = draw_figure(stream(SEED, depth, index, "paper"), depth, f"net_{index}")
        found[figure.kind].append(measure(truth(figure), read(figure)))
    return found


def test_each_kind_of_drawing_is_read() -> None:
    found = measured()
    assert set(found) == {"2d-box", "stacked-2d-box", "3d-box", "neurons", "pipeline"}
    for kind, made in found.items():
        for what in ("layers", "edges", "attributes"):
            total = sum((getattr(one, what) for one in made), Count())
            assert total.f1 >= 0.97, (kind, what, total)
