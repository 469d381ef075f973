"""Tables of text files: CSV, TSV, and the pipe tables of Markdown.

Their cells have no boxes, and the tables stand on page 0. A cell of several lines (a line break inside
quotes, or `<br>`) keeps them; `[3x3, 64; 3x3, 64] x3` gives a bracket group, as a tall bracket in a PDF does.
"""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from dlc.frontends.table.cells import joined
from dlc.frontends.table.model import Cell, Group, Table

_DELIMITERS = ",;\t|"
_LABEL = re.compile(r"\W*table\s+(?P<number>[A-Z]?[.-]?\d+|[IVXLC]+)\s*[:.|–—-]*\s*(?P<text>.*?)\W*$", re.I)
#: `[a; b] x3`, and the same with the count in front.
_BRACKET = re.compile(
    r"(?:\b(?P<before>\d+|[A-Za-z])\s*[×xX*]\s*)?[\[{](?P<lines>[^\[\]{}]+)[\]}](?:\s*[×xX*]\s*(?P<after>[\w.+*/-]+))?"
)
_RULE_CELL = re.compile(r"\s*:?-+:?\s*$")
_FENCE = re.compile(r"\s*(?:```|~~~)")
#: TeX and HTML that papers' tables use in Markdown, and what is left of it.
_MARKUP = (
    (re.compile(r"<br\s*/?>", re.I), "\n"),
    (re.compile(r"<sup>(.*?)</sup>", re.I), r"^\1"),
    (re.compile(r"<sub>(.*?)</sub>", re.I), r"_\1"),
    (re.compile(r"</?[a-zA-Z][^>]*>"), ""),
    (re.compile(r"\\times(?![a-zA-Z])\s?"), "×"),
    (re.compile(r"\\cdot(?![a-zA-Z])\s?"), "·"),
    (re.compile(r"\\(?:text|mathrm|mathbf|rm|bf)\s*\{([^{}]*)\}"), r"\1"),
    (re.compile(r"([\^_])\{([^{}]*)\}"), r"\1\2"),
    (re.compile(r"\$([^$\n]*)\$"), r"\1"),
    (re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1"), r"\2"),
    (re.compile(r"(?<!\*)\*(?=[^\s*])([^*\n]+?)(?<=\S)\*(?!\*)"), r"\1"),
    (re.compile(r"`([^`\n]*)`"), r"\1"),
    (re.compile(r"!?\[([^\]\n]*)\]\([^)\n]*\)"), r"\1"),
    (re.compile(r"\\([|*_`\[\]#~])"), r"\1"),
)


def read_csv(source: str | Path) -> tuple[Table, ...]:
    """The tables of a CSV text (or file): the delimiter is found out, blank lines part tables.

    A line "Table 3: …" or "# …" above a table is its caption.
    """
    text = _text(source)
    return _separated(text, _delimiter(text))


def read_tsv(source: str | Path) -> tuple[Table, ...]:
    """The tables of a text (or file) of tab-separated values, as `read_csv` reads them."""
    return _separated(_text(source), "\t")


def read_markdown(source: str | Path) -> tuple[Table, ...]:
    """The pipe tables of a Markdown text (or file), each with the caption line or heading above it."""
    lines = _outside_fences(_text(source).splitlines())
    found: list[Table] = []
    index = 1
    while index < len(lines):
        if not (_is_rule(lines[index]) and "|" in lines[index - 1]):
            index += 1
            continue
        end = index + 1
        while end < len(lines) and "|" in lines[end] and lines[end].strip():
            end += 1
        rows = [_pipe_cells(line) for line in (lines[index - 1], *lines[index + 1 : end])]
        number, caption = _markdown_caption(lines, index - 1, end)
        found.append(_table([[_plain(cell) for cell in row] for row in rows], number, caption))
        index = end + 1
    return tuple(found)


def _text(source: str | Path) -> str:
    return (
        source.read_text(encoding="utf-8-sig") if isinstance(source, Path) else source.removeprefix("\ufeff")
    )


def _delimiter(text: str) -> str:
    """The delimiter that cuts most lines into the same number of fields, above one."""
    sample = [line for line in text.splitlines() if line.strip() and not _is_caption(line)][:50]

    def score(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(sample, delimiter=delimiter) if len(row) > 1]
        usual = max(set(widths), key=widths.count, default=0)
        return widths.count(usual), usual

    best = max(_DELIMITERS, key=score)
    return best if score(best)[0] else ","


def _separated(text: str, delimiter: str) -> tuple[Table, ...]:
    blocks: list[list[list[str]]] = [[]]
    for row in csv.reader(io.StringIO(text), delimiter=delimiter):
        if any(field.strip() for field in row):
            blocks[-1].append(row)
        elif blocks[-1]:
            blocks.append([])
    found: list[Table] = []
    label: tuple[str | None, str] = (None, "")
    for block in blocks:
        while (
            block and _is_caption(delimiter.join(block[0])) and sum(bool(f.strip()) for f in block[0][1:]) < 2
        ):
            label = _caption(delimiter.join(block.pop(0)).strip(delimiter + " "))
        if block:
            found.append(_table(block, *label))
            label = (None, "")
    return tuple(found)


def _is_caption(line: str) -> bool:
    bare = line.strip().strip('"')
    return bool(re.match(r"table\s+\w+\s*[:.]", bare, re.I)) or bare.startswith("# ")


def _caption(line: str) -> tuple[str | None, str]:
    """The number and the text of a caption line."""
    bare = line.strip().strip('"').lstrip("#").strip()
    match = _LABEL.match(bare)
    return (match["number"], match["text"].strip()) if match else (None, bare)


def _table(rows: Sequence[Sequence[str]], number: str | None, caption: str) -> Table:
    columns = max(len(row) for row in rows)
    while columns > 1 and not any(len(row) >= columns and row[columns - 1].strip() for row in rows):
        columns -= 1
    spans = _title_spans(rows, columns)
    cells = tuple(
        attrs.evolve(text_cell(index, column, text), column_span=span)
        for index, row in enumerate(rows)
        for column, text, span in _slots(row, columns, spans if index == 0 else (1,) * columns)
    )
    return Table(0, number, caption, len(rows), columns, cells, header_rows=1 if len(rows) > 1 else 0)


def _title_spans(rows: Sequence[Sequence[str]], columns: int) -> tuple[int, ...]:
    """How many columns each cell of the first row spans: titles over a full row of headers take blanks in."""
    first, second = rows[0], rows[1] if len(rows) > 1 else ()
    full = len(second) == columns and all(re.fullmatch(r"[^\W\d][^\d]*", f.strip()) for f in second)
    titled = [i for i in range(columns) if i < len(first) and first[i].strip()]
    if not full or not titled or len(titled) == columns:
        return (1,) * columns
    ends = [*titled[1:], columns]
    spans = dict(zip(titled, (end - start for start, end in zip(titled, ends, strict=True)), strict=True))
    return tuple(spans.get(i, 1 if i < titled[0] else 0) for i in range(columns))


def _slots(row: Sequence[str], columns: int, spans: Sequence[int]) -> Iterable[tuple[int, str, int]]:
    """The columns where cells begin, with their texts and spans."""
    for column in range(columns):
        if spans[column]:
            yield column, row[column] if column < len(row) else "", spans[column]


def text_cell(row: int, column: int, text: str) -> Cell:
    """The cell that a text says: its lines, and the bracket groups among them."""
    groups = tuple(_groups(text))
    lines = tuple(line for group in groups for line in group.lines)
    return Cell(
        row, column, text=joined(part.strip() for part in text.splitlines()), lines=lines, groups=groups
    )


def _groups(text: str) -> Iterable[Group]:
    """Brackets that hold several lines or carry a count, and the plain lines around them."""
    start = 0
    for match in _BRACKET.finditer(text):
        lines = tuple(line.strip() for line in re.split(r"[;\n]", match["lines"]) if line.strip())
        repeat = match["after"] or match["before"]
        if len(lines) < 2 and repeat is None:
            continue
        yield from _plain_group(text[start : match.start()])
        yield Group(lines, repeat, bracket=True)
        start = match.end()
    yield from _plain_group(text[start:])


def _plain_group(text: str) -> Iterable[Group]:
    lines = tuple(line.strip() for line in text.splitlines() if line.strip())
    if lines:
        yield Group(lines)


def _outside_fences(lines: Sequence[str]) -> list[str]:
    """The lines with those of code blocks blanked."""
    kept: list[str] = []
    fenced = False
    for line in lines:
        fence = _FENCE.match(line) is not None
        kept.append("" if fenced or fence else line)
        fenced = fenced != fence
    return kept


def _is_rule(line: str) -> bool:
    """Whether a line is the rule under a pipe table's header."""
    cells = line.strip().strip("|").split("|")
    return "-" in line and ("|" in line or ":" in line) and all(_RULE_CELL.match(cell) for cell in cells)


def _pipe_cells(line: str) -> list[str]:
    bare = line.strip().removeprefix("|")
    bare = bare[:-1] if bare.endswith("|") and not bare.endswith("\\|") else bare
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", bare)]


def _plain(cell: str) -> str:
    """A cell's text without Markdown, HTML and TeX."""
    text = cell
    for pattern, left in _MARKUP:
        text = pattern.sub(left, text)
    return html.unescape(text).strip()


def _markdown_caption(lines: Sequence[str], top: int, end: int) -> tuple[str | None, str]:
    """The caption above a table, or under it, or else the heading right above."""
    above = next((line for line in reversed(lines[max(0, top - 2) : top]) if line.strip()), "")
    below = next((line for line in lines[end : end + 2] if line.strip()), "")
    for line in (above, below):
        if _LABEL.match(_plain(line)):
            return _caption(_plain(line))
    return (None, _plain(above.lstrip("#"))) if above.startswith("#") else (None, "")
