"""The page `spec/support.md`: every layer, every target and every format that is read.

`python -m dlc.cli.support > spec/support.md` writes it; a test keeps it up to date.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping

from dlc.backends import TARGETS, load
from dlc.backends.base import Cell, Support
from dlc.frontends.support import Reads, reads
from dlc.layers import REGISTRY

_HEAD = """\
# What each target says and each format gives

(This page is written from the backends' and frontends' own tables; `python -m dlc.cli.support` prints it.)

**exact**: the same numbers for the same weights. **exact***: under the condition below the table; otherwise the layer
is refused by name. **approximate**: the difference is below the table, and only `--approximate` accepts it.
**refused**: an error that names it, with all others of the net that are. `dlc targets --matrix` shows the first table.
"""


def page() -> str:
    """The whole page."""
    cells = {name: load(name).cells() for name in TARGETS}
    return "\n".join([_HEAD, *_targets(cells), *_conditions(cells), *_formats(reads())]) + "\n"


def _targets(cells: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    yield "## Layers and targets\n"
    yield from _header("layer", *cells)
    for op in REGISTRY:
        yield _row(f"`{op}`", *(_word(row[op]) for row in cells.values()))
    yield ""


def _word(cell: Cell) -> str:
    return "exact*" if cell.support is Support.EXACT and cell.reason else cell.support.value


def _conditions(cells: Mapping[str, Mapping[str, Cell]]) -> Iterator[str]:
    yield "### Conditions, differences and reasons\n"
    yield from _header("target", "layer", "", "under which condition, what differs, or why not")
    for target, row in cells.items():
        for op, cell in row.items():
            if cell.reason:
                yield _row(target, f"`{op}`", cell.support.value, cell.reason)
    yield ""


def _formats(read: Mapping[str, Mapping[str, Reads]]) -> Iterator[str]:
    yield "## Layers and formats that are read\n"
    yield (
        "A cell names the classes or types of the file that give the layer; what no layer says exactly stays"
        " `opaque`, with all that the file states of it.\n"
    )
    yield from _header("layer", *read)
    for op in REGISTRY:
        yield _row(f"`{op}`", *(_source(row[op]) for row in read.values()))


def _source(cell: Reads) -> str:
    return f"{cell.word}: {cell.sources}" if cell.sources else f"{cell.word}: {cell.reason}"


def _header(*words: str) -> Iterator[str]:
    yield _row(*words)
    yield _row(*("---" for _ in words))


def _row(*words: str) -> str:
    return f"| {' | '.join(w.replace('|', chr(92) + '|') for w in words)} |"


if __name__ == "__main__":
    sys.stdout.write(page())
