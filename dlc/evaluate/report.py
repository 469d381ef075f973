"""Sums over a set, and how they are shown."""

from __future__ import annotations

import functools
import math
import operator
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from dlc.evaluate.measure import Count, Measures
from dlc.evaluate.run import Outcome

Json = dict[str, Any]
# What outcomes are grouped by; a picture may be in several groups (of damage).
Keys = Callable[[Outcome], Sequence[str]]
GROUPS: Mapping[str, Keys] = {
    "source": lambda o: [o.entry.source],
    "style": lambda o: [o.entry.style + (" degraded" if o.entry.damage else "")],
    "damage": lambda o: o.entry.damage or ["none"],
    "depth": lambda o: [f"{o.entry.depth:02d}"],
}
_COUNTS = ("layers", "edges", "attributes", "sizes", "triples", "boxes", "labels")


def report(outcomes: Sequence[Outcome]) -> Json:
    """All numbers: over the whole set, and by source, style, damage and depth."""
    made: Json = {"all": summary(outcomes)}
    for name, keys in GROUPS.items():
        made[f"by_{name}"] = {value: summary(group) for value, group in grouped(outcomes, keys).items()}
    errors = [o.error for o in outcomes if o.error]
    made["errors"] = {error: errors.count(error) for error in sorted(set(errors))}
    return made


def grouped(outcomes: Iterable[Outcome], keys: Keys) -> dict[str, list[Outcome]]:
    """Outcomes by a property, in the order of its values."""
    found: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        for key in keys(outcome):
            found.setdefault(key, []).append(outcome)
    return dict(sorted(found.items()))


def summary(outcomes: Sequence[Outcome]) -> Json:
    """The numbers of one group; shares are of all that the group's pictures hold."""
    measured = [o.measures for o in outcomes]
    layers, edges = total(measured, "layers"), total(measured, "edges")
    made: Json = {
        "pictures": len(outcomes),
        "failed": sum(o.error is not None for o in outcomes),
        "layer_accuracy": _share(layers.right, max(layers.true, layers.read)),
        "edge_accuracy": _share(edges.right, max(edges.true, edges.read)),
        "exact": _share(sum(m.exact for m in measured), len(measured)),
        "seconds": _times([o.seconds for o in outcomes]),
    }
    for name in ("attributes", "sizes"):
        count = total(measured, name)
        made[name] = _share(count.right, count.true)
    made["triple_f1"] = round(total(measured, "triples").f1, 6)
    seen = [m for m in measured if m.boxes is not None]
    if seen:
        made |= {f"{name}_f1": round(total(seen, name).f1, 6) for name in ("boxes", "labels")}
    made["counts"] = {name: _plain(total(measured, name)) for name in _COUNTS}
    made["layers_box"] = five_numbers([m.layers.accuracy for m in measured])
    made["edges_box"] = five_numbers([m.edges.accuracy for m in measured])
    return made


def total(measured: Iterable[Measures], name: str) -> Count:
    """The sum of one count."""
    counts: Iterable[Count | None] = (getattr(m, name) for m in measured)
    return functools.reduce(operator.add, (c for c in counts if c is not None), Count())


def five_numbers(values: Sequence[float]) -> Json:
    """What a box plot shows: the extremes, the quartiles, and the mean."""
    if not values:
        return {}
    ordered = sorted(values)
    names = ("least", "lower_quartile", "median", "upper_quartile", "most")
    points = {name: round(_quantile(ordered, i / 4), 6) for i, name in enumerate(names)}
    return points | {"mean": round(statistics.fmean(ordered), 6)}


def _quantile(ordered: Sequence[float], share: float) -> float:
    """Linear between the neighbours."""
    place = share * (len(ordered) - 1)
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 6) if whole else None


def _times(seconds: Sequence[float]) -> Json:
    if not seconds:
        return {}
    ordered = sorted(seconds)
    mean, median = statistics.fmean(ordered), _quantile(ordered, 0.5)
    return {"mean": round(mean, 4), "median": round(median, 4), "most": round(ordered[-1], 4)}


def _plain(count: Count) -> list[int]:
    return [count.true, count.read, count.right]


_COLUMNS: Mapping[str, str] = {
    "pictures": "pictures",
    "layer_accuracy": "layers",
    "edge_accuracy": "edges",
    "attributes": "attributes",
    "sizes": "sizes",
    "triple_f1": "triples",
    "exact": "exact",
    "seconds": "s a figure",
}


def table(made: Json, by: Sequence[str] = ("source", "style", "damage")) -> str:
    """The report as text: a line for the whole set, and one for every group."""
    rows = [("", list(_COLUMNS.values()))]
    for name in by:
        if set(made[f"by_{name}"]) == {"none"}:
            continue
        rows += [(value, _cells(group)) for value, group in made[f"by_{name}"].items()]
    rows.append(("all", _cells(made["all"])))
    width = max(len(name) for name, _ in rows)
    return "".join(
        f"{name:{width}}" + "".join(f"{cell:>12}" for cell in cells) + "\n" for name, cells in rows
    )


def _cells(group: Json) -> list[str]:
    return [_cell(key, group[key]) for key in _COLUMNS]


def _cell(key: str, value: Any) -> str:
    if value is None:
        return "-"
    if key == "pictures":
        return str(value)
    return f"{value['mean']:.3f}" if key == "seconds" else f"{100 * value:.2f} %"
