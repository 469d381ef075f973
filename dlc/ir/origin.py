"""Where in a source something was read."""

from __future__ import annotations

import re

import attrs

BBox = tuple[float, float, float, float]

_FORM = re.compile(
    r"(?:p\.(?P<page>\d+))?(?: ?(?P<kind>table|figure)(?: (?!row |column )(?P<number>[^\s\[«]+))?)?"
    r"(?: ?row (?P<row>\d+))?"
    r"(?: ?column (?P<column>\d+))?(?: ?\[(?P<bbox>-?[\d.]+ -?[\d.]+ -?[\d.]+ -?[\d.]+)\])?"
    r"(?: ?«(?P<text>[^»]*)»)?"
)


@attrs.frozen
class Origin:
    """A place in a paper (page from 1, table or figure, row and column from 1, box in points from the
    top left, the words that were read), or a free `note`.

    Its text form, `p.4 table 1 row 3 [72 88 120 99] «conv3-64»`, reads back to the same value.
    """

    page: int | None = None
    kind: str | None = None  # "table" or "figure"
    number: str | None = None
    row: int | None = None
    column: int | None = None
    bbox: BBox | None = None
    text: str | None = None
    note: str | None = None

    def __str__(self) -> str:
        if self.note is not None:
            return self.note
        parts = [f"p.{self.page}"] if self.page is not None else []
        if self.kind is not None:
            parts.append(self.kind)
        if self.kind is not None and self.number is not None:
            parts.append(self.number)
        named = (("row", self.row), ("column", self.column))
        parts += [f"{word} {value}" for word, value in named if value is not None]
        if self.bbox is not None:
            parts.append("[" + " ".join(f"{v:g}" for v in self.bbox) + "]")
        if self.text is not None:
            parts.append(f"«{self.text}»")
        return " ".join(parts)

    @classmethod
    def parse(cls, text: str) -> Origin:
        """Read the text form; anything that is not of that form becomes a note."""
        match = _FORM.fullmatch(text)
        if match is None or not text:
            return cls(note=text)
        numbers = {k: int(v) for k in ("page", "row", "column") if (v := match[k]) is not None}
        box = tuple(float(v) for v in match["bbox"].split()) if match["bbox"] else None
        made = cls(kind=match["kind"], number=match["number"], text=match["text"], bbox=box, **numbers)  # type: ignore[arg-type]
        return made if str(made) == text else cls(note=text)
