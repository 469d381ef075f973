"""Names for the nets of a document: the column's title where it has one, else the table's number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases.normal import normalise
from dlc.ir import Net

_LONGEST = 40  # characters; a longer title is a remark


def net_names(nets: Sequence[Net]) -> tuple[Net, ...]:
    """The nets with names that are identifiers and differ from each other."""
    wanted = [_wanted(net) for net in nets]
    shared = {name for name, count in Counter(wanted).items() if count > 1}
    taken: set[str] = set()
    made = []
    for net, name in zip(nets, wanted, strict=True):
        if name in shared and not name.startswith("table"):
            name = f"{_table(net)}_{name}"
        name = _free(name, taken)
        taken.add(name)
        made.append(attrs.evolve(net, name=name))
    return tuple(made)


def _wanted(net: Net) -> str:
    title = re.sub(r"\W+", "_", normalise(net.name).lower()).strip("_")
    if not title or len(title) > _LONGEST:
        return _table(net)
    return title if re.match(r"[a-z]", title) and len(title) >= 3 else f"{_table(net)}_{title}"


def _table(net: Net) -> str:
    number = net.origin.number if net.origin is not None and net.origin.number else ""
    return f"table_{re.sub(r'[^a-z0-9]+', '_', number.lower()).strip('_')}".rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(f"{name}_{i}" for i in range(2, len(taken) + 3) if f"{name}_{i}" not in taken)
