"""Which rows of a table are headers: names of hyper-parameters, or titles above the first layer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from dlc.frontends.phrases import read_phrases
from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.roles import SILENT, Role
from dlc.frontends.table.design.texts import blank
from dlc.frontends.table.model import Cell

Grid = list[list[Cell]]


#: Roles that name a hyper-parameter beyond doubt, so that a row or column of them is a header.
STRONG = frozenset(
    (
        Role.LABEL,
        Role.KERNEL,
        Role.STRIDE,
        Role.PAD,
        Role.KERNEL_STRIDE,
        Role.FILTERS,
        Role.FILTER_SHAPE,
        Role.CHANNELS_IN,
        Role.UNITS,
        Role.POOL_STRIDE,
        Role.ACTIVATION,
        Role.DILATION,
    )
)


_WINDOW = frozenset(("kernel", "stride", "padding"))


#: A size in numbers or symbols, as no header is: "(C, T)", "28 × 28 × 1".
_SIZE = re.compile(r"[(\[](?:\w+\W*,\s*)+\w+\W*[)\]]|\d+\s*[×xX]\s*\d+(?:\s*[×xX]\s*\d+)*")
_SYMBOLS = re.compile(r"[\w½¼]{1,3}(?:\s*[×xX]\s*[\w½¼/]{1,4})+")
_MOST_HEADERS = 5  # rows above the layers


def runs_across(grid: Grid) -> bool:
    """Whether the first column, not the first row, names the hyper-parameters."""
    down = {role for row in grid if (role := header(row[0].text).role) in STRONG}
    over = max(len({r for c in row if (r := header(c.text).role) in STRONG}) for row in grid[:3])
    return len(down) >= 3 and len(down) > over and len(grid[0]) >= 3


def header_rows(grid: Grid, stated: int) -> int:
    """How many rows are headers: names of hyper-parameters, or titles above the first layer."""
    most = min(_MOST_HEADERS, len(grid) - 1)
    named = [i for i in range(most) if _is_header(grid[i]) or (i == 0 and _heads_networks(grid[i]))]
    if named and named[0] <= 2:
        count = named[0] + 1
        while count < most and _goes_on(grid, count, count < stated, count in named):
            count += 1
        return count
    count = 0
    while count < most and not _has_layers(grid[count]):
        count += 1
    return count if count < most else min(stated, most)


def _goes_on(grid: Grid, index: int, stated: bool, named: bool) -> bool:
    """Whether a row below headers is one of them: the table says so, or it fills what they leave open."""
    above = grid[index - 1]
    open_above = any(c.column_span > 1 or blank(c.text) for c in above)
    sized = any(_SYMBOLS.fullmatch(c.text.strip()) for c in grid[index])
    fresh = named and open_above and not sized and not _has_layers(grid[index])
    return stated or fresh or _is_subheader(grid, index)


def _is_header(row: Sequence[Cell]) -> bool:
    texts = [c.text for c in distinct(row) if not blank(c.text)]
    if any(_SIZE.fullmatch(t.strip()) for t in texts):
        return False
    known = [t for t in texts if header(t).role not in SILENT]
    strong = [t for t in known if header(t).role in STRONG or header(t).role in (Role.INPUT, Role.OUTPUT)]
    numbers = sum(any(c.isdigit() for c in t) and t not in known for t in texts)
    distinct_roles = len({header(t).role for t in known}) >= 2
    return distinct_roles and bool(strong) and len(known) >= 0.4 * len(texts) and numbers <= len(texts) / 2


def _heads_networks(row: Sequence[Cell]) -> bool:
    """Whether a first row names a column and networks: "Output size | ResNet-50 | SE-ResNet-50"."""
    texts = [c.text.strip() for c in distinct(row) if not blank(c.text)]
    sized = any(header(t).role in (Role.OUTPUT, Role.INPUT) and re.fullmatch(r"\D+ \D+", t) for t in texts)
    named = sized or header(texts[0] if texts else "").role is Role.LABEL
    phrases = [p for t in texts for p in read_phrases(t).phrases]
    return named and not any(p.shape or p.attributes.keys() & _WINDOW for p in phrases)


def _is_subheader(grid: Grid, index: int) -> bool:
    """Whether a row only divides headers that span several columns: "g = 1 | g = 2"."""
    row, above = grid[index], grid[index - 1]
    filled = [i for i, c in enumerate(row) if not blank(c.text) and c is not above[i]]
    spans = [i for i in filled if above.count(above[i]) > 1]
    return bool(filled) and len(spans) == len(filled) and not _has_layers(row)


_STAGE = re.compile(r"(?:stages?|levels?|layers?|blocks?|groups?|steps?)?\s*\d*", re.I)
_TITLE = re.compile(
    r"(?:\(?[a-z]\)\s*)?(?:the )?(?:encoder|decoder|generator|discriminator|critic|transformer"
    r"|stem|bottleneck|reduction)"
    r"(?: (?:network|net|part|path|module|layers?))?(?: \w)?",
    re.I,
)


def is_stage(text: str) -> bool:
    """Whether a text only numbers a part of a network: "Stage 2"."""
    return bool(_STAGE.fullmatch(text.strip()))


def is_title(text: str) -> bool:
    """Whether a text that may name a block rather heads what stands below it: "Encoder"."""
    return bool(_TITLE.fullmatch(text.strip()))


def _has_layers(row: Sequence[Cell]) -> bool:
    cells = [c for c in distinct(row) if not blank(c.text)]
    if cells and all(is_title(c.text) for c in cells):
        return False
    found = [c for c in cells if names_layers(c)]
    return bool(found) and (len(found) >= 0.5 * len(cells) or found[0] is cells[0])


def names_layers(cell: Cell) -> bool:
    """Whether a cell names a layer, or states a window with a width."""
    if any(g.bracket for g in cell.groups):
        return True
    if header(cell.text).role in (Role.INPUT, Role.OUTPUT) and re.search(r"^\D+ \D+$", cell.text.strip()):
        return False  # "output size" is a header's text
    if is_stage(cell.text):
        return False
    phrases = read_phrases(cell.text).phrases
    return any(p.op is not None or ("kernel" in p.attributes and "filters" in p.attributes) for p in phrases)


def distinct(row: Sequence[Cell]) -> list[Cell]:
    """Cells, each once: one that spans several slots stands in each of them."""
    return list({id(c): c for c in row}.values())
