"""The paper's Figure 6: how many layers and edges are read, as box plots, by who drew and by depth."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib
from matplotlib.figure import Figure

from dlc.evaluate.measure import Count
from dlc.evaluate.report import GROUPS, grouped
from dlc.evaluate.run import Outcome

_MEASURES: dict[str, Callable[[Outcome], Count]] = {
    "layers": lambda o: o.measures.layers,
    "edges": lambda o: o.measures.edges,
}


def figure6(outcomes: Sequence[Outcome]) -> dict[str, bytes]:
    """The plot as files, by ending: SVG and PNG."""
    with matplotlib.rc_context({"svg.hashsalt": "dlc", "font.size": 9}):
        figure = Figure(figsize=(11, 6), layout="constrained")
        axes = figure.subplots(2, 2, gridspec_kw={"width_ratios": (1, 4)}, sharey=True)
        for row, (name, count) in zip(axes, _MEASURES.items(), strict=True):
            for place, group in zip(row, ("source", "depth"), strict=True):
                _boxes(place, outcomes, group, count)
            row[0].set_ylabel(f"{name} right, %")
        figure.suptitle(f"{len(outcomes)} pictures")
        return {".svg": _saved(figure, "svg"), ".png": _saved(figure, "png")}


def _boxes(place: Any, outcomes: Sequence[Outcome], group: str, count: Callable[[Outcome], Count]) -> None:
    groups = grouped(outcomes, GROUPS[group])
    values = [[100 * count(o).accuracy for o in members] for members in groups.values()]
    names = [name.lstrip("0") if group == "depth" else name for name in groups]
    place.boxplot(values, showmeans=True, flierprops={"marker": ".", "markersize": 3})
    place.set_xticks(range(1, len(names) + 1), names)
    place.set_ylim(-2, 102)
    place.grid(axis="y", alpha=0.3)
    place.set_xlabel(group)


def _saved(figure: Figure, form: str) -> bytes:
    stream = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {"Software": None}
    figure.savefig(stream, format=form, dpi=120, metadata=metadata)
    return stream.getvalue()
