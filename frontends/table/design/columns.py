"""The columns of a sheet: the role of each, by its header, its cells, and its neighbours."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import read_phrases
from dlc.frontends.phrases.normal import compact
from dlc.frontends.table.design.content import recast
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.heads import distinct, names_layers
from dlc.frontends.table.design.roles import SILENT, Header, Role
from dlc.frontends.table.design.texts import blank, whole
from dlc.frontends.table.model import Cell


@attrs.frozen
class Column:
    """A column of a sheet: its header's meaning, the header's texts from the top, and the body's cells.

    `numbered` tells that its labels carry numbers that count layers: "Conv 1", "Conv 2".
    """

    header: Header
    titles: tuple[str, ...]
    cells: tuple[Cell, ...]
    heads: tuple[Cell, ...] = ()
    numbered: bool = False

    @property
    def role(self) -> Role:
        """What its cells state."""
        return self.header.role


def column(heads: tuple[Cell, ...], cells: tuple[Cell, ...]) -> Column:
    """A column with the role that its headers and its cells give it."""
    titles = tuple(dict.fromkeys(c.text for c in heads if not blank(c.text)))
    meaning = recast(_meaning(titles), cells)
    return Column(meaning, titles, cells, heads, _counts_up(cells))


#: A word and a small number behind it.
INDEXED = re.compile(
    r"(?P<stem>[A-Za-z](?:[A-Za-z. -]|[123][dD](?![A-Za-z]))*?)[ ._#-]*"
    r"(?<![A-Za-z])(?P<number>\d{1,2})(?=\s*(?:$|[+,(/:&]))"
)
_MOST_NUMBERED = 40


def _counts_up(cells: Sequence[Cell]) -> bool:
    """Whether labels of one kind are numbered one after another, as layers are and widths are not."""
    matches = [m for c in distinct(cells) if (m := INDEXED.match(c.text))]
    numbers: dict[str, list[int]] = {}
    for match in matches:
        numbers.setdefault(compact(match["stem"]), []).append(int(match["number"]))
    if len(matches) < 2 or max(max(n) for n in numbers.values()) > _MOST_NUMBERED:
        return False
    runs = list(numbers.values())
    rising = all(b - a in (0, 1) for run in runs for a, b in itertools.pairwise(run))
    overall = [int(m["number"]) for m in matches]
    return any(len(set(run)) > 1 for run in runs) and (
        rising or all(b - a in (0, 1) for a, b in itertools.pairwise(overall))
    )


def _meaning(titles: Sequence[str]) -> Header:
    """The meaning of stacked headers: the lowest known one, else what they say together."""
    whole = header(" ".join(titles))
    found = [h for t in reversed(titles) if (h := header(t)).role is not Role.UNKNOWN]
    if not titles:
        return Header(Role.UNKNOWN)
    if not found:
        return whole
    below = titles[-1] if header(titles[-1]).role is Role.UNKNOWN else found[0].rest
    return attrs.evolve(found[0], rest=below)


def settled(columns: Sequence[Column]) -> list[Column]:
    """The columns with roles that fit each other: what one header leaves open its neighbours decide."""
    return agreed(_configurations(_labelled(list(columns))))


def agreed(columns: list[Column]) -> list[Column]:
    """The columns without doubles of roles that a layer has one of."""
    for settle in (_single_letters, _one_kernel, _paired_widths, _one_width):
        columns = settle(columns)
    return columns


def _with_role(column: Column, role: Role) -> Column:
    return attrs.evolve(column, header=attrs.evolve(column.header, role=role))


def _single_letters(columns: list[Column]) -> list[Column]:
    """A "k" beside a stride is the kernel."""
    if not any(c.role in (Role.STRIDE, Role.PAD) for c in columns):
        return columns
    return [_with_role(c, Role.KERNEL) if c.role in SILENT and _plain_title(c) == "k" else c for c in columns]


def _one_kernel(columns: list[Column]) -> list[Column]:
    """Of several columns that may be kernels, sizes that shrink are outputs, bare numbers widths."""
    kernels = [c for c in columns if c.role is Role.KERNEL]
    if len(kernels) < 2:
        return columns
    have = {c.role for c in columns}
    made = []
    for column in columns:
        if column.role is Role.KERNEL and _plain_title(column) == "size" and Role.OUTPUT not in have:
            column = _with_role(column, Role.OUTPUT)
        elif column.role is Role.KERNEL and _all_numbers(column) and Role.FILTERS not in have:
            others = [c for c in kernels if c is not column]
            column = column if all(map(_all_numbers, others)) else _with_role(column, Role.FILTERS)
        made.append(column)
    return made


def _paired_widths(columns: list[Column]) -> list[Column]:
    """Beside widths before and after ("3/32") plain columns of them say something else."""
    if not any(c.role is Role.IN_OUT and c.header.pairs for c in columns):
        return columns
    return [_with_role(c, Role.IGNORED) if c.role in (Role.FILTERS, Role.CHANNELS_IN) else c for c in columns]


_WIDTH_WORDS = ("filter", "channel", "map", "kernel", "feature")


def _one_width(columns: list[Column]) -> list[Column]:
    """Of several widths that are told apart by nothing but the word for them, the plainest."""
    widths = [c for c in columns if c.role is Role.FILTERS and not c.header.rest]
    titles = [_plain_title(c) for c in widths]
    if len(widths) < 2 or len(set(titles)) < len(titles) or any(_numbered(c) for c in widths):
        return columns
    best = next((c for c in widths if any(w in _plain_title(c) for w in _WIDTH_WORDS)), widths[0])
    return [_with_role(c, Role.IGNORED) if c in widths and c is not best else c for c in columns]


def _plain_title(column: Column) -> str:
    return compact(column.titles[-1]) if column.titles else ""


def _numbered(column: Column) -> bool:
    return any(c.isdigit() for title in column.titles for c in title)


def _all_numbers(column: Column) -> bool:
    texts = [c.text for c in distinct(column.cells) if not blank(c.text)]
    return bool(texts) and all(whole(t) is not None for t in texts)


def _labelled(columns: list[Column]) -> list[Column]:
    """A first column without a known header names the layers, if another column says what they are."""
    first = columns[0]
    others = Counter(c.role for c in columns[1:])
    if first.role is not Role.UNKNOWN or sum(others[r] for r in SILENT) == len(columns) - 1:
        return columns
    alike = all(c.role is Role.CONFIG or (c.role is Role.UNKNOWN and _lists_layers(c)) for c in columns[1:])
    if alike and _lists_layers(first) and first.titles:
        return columns
    return [attrs.evolve(first, header=Header(Role.LABEL, first.header.text)), *columns[1:]]


def _configurations(columns: Sequence[Column]) -> list[Column]:
    """Columns without a known header that list layers are configurations; the rest say nothing.

    Beside names of layers, windows alone make one: "RGB stream" over "7×7×96, stride 2".
    """
    named = any(_lists_layers(c) for c in columns if c.role in (Role.LABEL, Role.UNKNOWN))
    made = []
    for column in columns:
        if column.role is Role.UNKNOWN:
            listed = _lists_layers(column) or (named and _states_windows(column))
            column = _with_role(column, Role.CONFIG if listed else Role.IGNORED)
        made.append(column)
    if made[0].role is Role.IGNORED and any(c.role is Role.CONFIG for c in made):
        made[0] = _with_role(made[0], Role.LABEL)
    return made


def _states_windows(column: Column) -> bool:
    cells = [c for c in distinct(column.cells) if not blank(c.text)]
    windows = [c for c in cells if any("kernel" in p.attributes for p in read_phrases(c.text).phrases)]
    return len(windows) >= 2 and len(windows) >= 0.5 * len(cells)


def _lists_layers(column: Column) -> bool:
    cells = [c for c in distinct(column.cells) if not blank(c.text)]
    layers = [c for c in cells if names_layers(c)]
    return len(layers) >= 2 and len(layers) >= 0.5 * len(cells)
