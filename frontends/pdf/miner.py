"""Pages read with pdfminer.six: pure Python, slower, and the second opinion on what PDFium reads.

It finds pages where a file's own list of them is broken, by a search of all its objects.
It knows no ink: the boxes of tall delimiters follow from their codes in TeX's extension font.
"""

from __future__ import annotations

import io
import itertools
import logging
import math
import re
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
from pdfminer.converter import PDFLayoutAnalyzer
from pdfminer.layout import LTChar, LTContainer, LTCurve, LTFigure, LTImage, LTPage
from pdfminer.pdfdocument import PDFDocument, PDFPasswordIncorrect
from pdfminer.pdfexceptions import PDFException
from pdfminer.pdfinterp import PDFPageInterpreter, PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.psexceptions import PSException

from dlc.frontends.pdf import problems
from dlc.frontends.pdf.glyphs import decode, depth, plain_font
from dlc.frontends.pdf.page import Box, Char, Page, Rule, rule_of

#: What damaged files raise inside pdfminer.six, beside its own exceptions.
_BROKEN = (
    PDFException, PSException, ValueError, TypeError, LookupError, AttributeError, AssertionError,
    ArithmeticError, RecursionError, struct.error, zlib.error,
)  # fmt: skip
_CID = re.compile(r"\(cid:(\d+)\)")

# It warns of every damaged object; what was lost is told by the caller, once.
logging.getLogger("pdfminer").setLevel(logging.CRITICAL)


class MinerDocument:
    """A PDF file behind the `Document` interface.

    Raises `DlcError` from its constructor where the file is missing, empty, damaged or encrypted.
    """

    def __init__(self, source: Path | bytes) -> None:
        self.name = problems.name_of(source)
        data = problems.load(source)
        try:
            document = PDFDocument(PDFParser(io.BytesIO(data)))
            self._pages = list(PDFPage.create_pages(document))
        except PDFPasswordIncorrect:
            raise problems.encrypted(self.name) from None
        except _BROKEN as error:
            raise problems.damaged(self.name, str(error).lower() or type(error).__name__) from None
        if not self._pages:
            raise problems.damaged(self.name, "it has no pages")
        self._resources = PDFResourceManager()
        self._last: Page | None = None

    def __len__(self) -> int:
        return len(self._pages)

    def text(self, number: int) -> str:
        """The text of a page, a line for each run of characters on one baseline."""
        parts: list[str] = []
        last: Char | None = None
        for char in self.page(number).chars:
            if last is not None and abs(char.baseline - last.baseline) > 0.5 * char.size:
                parts.append("\n")
            elif last is not None and char.x0 - last.x1 > 0.12 * char.size:
                parts.append(" ")
            parts.append(char.text)
            last = char
        return "".join(parts)

    def page(self, number: int) -> Page:
        """A page in full, the last one as it was read. Raises `DlcError` where it cannot be read."""
        if self._last is None or self._last.number != number:
            self._last = self._read(number)
        return self._last

    def _read(self, number: int) -> Page:
        device = _Device(self._resources)
        try:
            PDFPageInterpreter(self._resources, device).process_page(self._pages[number - 1])
        except _BROKEN as error:
            raise problems.damaged(self.name, f"page {number} cannot be read ({error})") from None
        assert device.page is not None
        return _page(device.page, number)

    def close(self) -> None:
        """Forget the pages."""
        self._pages = []


class _Device(PDFLayoutAnalyzer):
    """Keeps the page's objects as they are drawn, without looking for lines and paragraphs."""

    def __init__(self, resources: PDFResourceManager) -> None:
        super().__init__(resources, laparams=None)
        self.page: LTPage | None = None

    def receive_layout(self, ltpage: LTPage) -> None:
        self.page = ltpage


@attrs.define
class _Found:
    """What a page holds, in the order of drawing."""

    height: float
    chars: list[Char] = attrs.field(factory=list)
    rules: list[Rule] = attrs.field(factory=list)
    images: list[Box] = attrs.field(factory=list)

    def box(self, item: Any) -> Box:
        """An object's box, measured from the top."""
        return item.x0, self.height - item.y1, item.x1, self.height - item.y0


def _page(layout: LTPage, number: int) -> Page:
    found = _Found(layout.height)
    _walk(layout, found)
    return Page(
        number, layout.width, layout.height, tuple(found.chars), tuple(found.rules), tuple(found.images)
    )


def _walk(container: LTContainer[Any], found: _Found) -> None:
    for item in container:
        if isinstance(item, LTChar):
            found.chars.extend(_char(item, found))
        elif isinstance(item, LTImage):
            rule = rule_of(found.box(item))
            if rule is None:
                found.images.append(found.box(item))
            else:
                found.rules.append(rule)
        elif isinstance(item, LTFigure):
            _walk(item, found)
        elif isinstance(item, LTCurve) and (item.stroke or item.fill):
            found.rules.extend(_rules(item, found))


def _char(item: LTChar, found: _Found) -> Iterator[Char]:
    a, b, *_ = item.matrix
    text = item.get_text()
    code = _CID.match(text)
    font = plain_font(item.fontname)
    string = decode(chr(int(code[1])) if code else text, font, code is None)
    if not string:
        return
    size = item.size
    angle = math.degrees(math.atan2(b, a)) % 360
    nearest = round(angle / 90) * 90
    baseline = found.height - item.matrix[5]
    x0, y0, x1, y1 = found.box(item)
    below = depth(string, font, int(code[1]) if code else None)
    if below is not None:
        y0, y1 = baseline - 0.04 * size, baseline + below * size
    turn = float(nearest % 360 if abs(angle - nearest) < 1 else angle)
    yield Char(string, x0, y0, x1, y1, size, baseline, font, turn)


def _rules(item: LTCurve, found: _Found) -> Iterator[Rule]:
    """Straight sides of a stroked path, and the box of a filled one where it is thin."""
    thin = rule_of(found.box(item))
    if thin is not None:
        yield thin
        return
    if not item.stroke:
        return
    points = [(x, found.height - y) for x, y in item.pts]
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        side = rule_of((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
        if side is not None and min(side.x1 - side.x0, side.y1 - side.y0) < 0.5:
            yield side
