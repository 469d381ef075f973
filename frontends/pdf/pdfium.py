"""Pages read with PDFium (pypdfium2): the fast reader, which also renders.

PDFium is not thread-safe: use one process a worker. Its text API reports positions in the page's own space
(before rotation, with the crop box anywhere), which `Frame` turns into points from the top left corner.
"""

from __future__ import annotations

import ctypes
import itertools
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import attrs
import pypdfium2 as pdfium
import pypdfium2.raw as raw

from dlc.frontends.pdf import problems
from dlc.frontends.pdf.artwork import Artwork, artwork
from dlc.frontends.pdf.glyphs import decode, plain_font
from dlc.frontends.pdf.page import SHORTEST_RULE, Box, Char, Page, Rule, rule_of
from dlc.frontends.pdf.space import IDENTITY, Frame, Matrix, apply, matrix_of, product

if TYPE_CHECKING:
    from PIL.Image import Image

#: Delimiters whose loose box says nothing about their ink.
_TALL = frozenset("()[]{}⎡⎢⎣⎤⎥⎦⎧⎨⎩⎪⎫⎬⎭⎛⎜⎝⎞⎟⎠")
#: A path with more corners than this is a curve of a plot.
_MOST_CORNERS = 4000
_CAPTIONED = re.compile(r"(?i)\b(?:fig|tab)")
#: A page is turned upright where so many of its characters, and so large a share of them, are read one way;
#: it is told from about so many of them, taken evenly.
_FEWEST_TURNED, _TURNED, _ASKED = 20, 0.8, 400


class PdfiumDocument:
    """A PDF file behind the `Document` interface.

    Raises `DlcError` from its constructor where the file is missing, empty, damaged or encrypted.
    """

    def __init__(self, source: Path | bytes) -> None:
        self.name = problems.name_of(source)
        data = problems.load(source)
        try:
            self._document = pdfium.PdfDocument(data)
            self._count = len(self._document)
        except pdfium.PdfiumError as error:
            raise self._opening(error, data) from None
        if not self._count:
            raise problems.damaged(self.name, "it has no pages")
        self._rotations: dict[int, int] = {}

    def _opening(self, error: pdfium.PdfiumError, data: bytes) -> Exception:
        """Why the file does not open. PDFium's reason may be that of another file, which failed before this one."""
        code = getattr(error, "err_code", None)
        locked = code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY) or "assword" in str(error)
        if locked and b"/Encrypt" in data:
            return problems.encrypted(self.name)
        return problems.damaged(self.name, "its page list cannot be found; it may be cut off")

    def __len__(self) -> int:
        return self._count

    def text(self, number: int) -> str:
        """The text of a page in the file's own order; empty where the page cannot be loaded."""
        try:
            page = self._document[number - 1]
            with _Closing(page), _Closing(page.get_textpage()) as text:
                return str(text.get_text_range())
        except pdfium.PdfiumError:
            return ""

    def page(self, number: int) -> Page:
        """A page in full. Raises `DlcError` where it cannot be loaded."""
        try:
            page = self._upright(number)
            with _Closing(page), _Closing(page.get_textpage()) as text:
                frame = Frame.of(page)
                rules, images = _objects(page, frame)
                return Page(number, *frame.size, tuple(_chars(text, frame)), tuple(rules), tuple(images))
        except pdfium.PdfiumError as error:
            raise problems.damaged(self.name, f"page {number} cannot be loaded ({error})") from None

    def artwork(self, number: int) -> Artwork:
        """What is drawn on a page. Raises `DlcError` where the page cannot be loaded."""
        try:
            with _Closing(self._upright(number)) as page:
                return artwork(page, Frame.of(page))
        except pdfium.PdfiumError as error:
            raise problems.damaged(self.name, f"page {number} cannot be loaded ({error})") from None

    def size(self, number: int) -> tuple[float, float]:
        """Width and height of a page as shown, in points."""
        with _Closing(self._upright(number)) as page:
            return Frame.of(page).size

    def render(self, number: int, scale: float = 2.0) -> Image:
        """A picture of a page, `scale` pixels a point, without a reader's annotations."""
        page = self._upright(number)
        with _Closing(page):
            picture = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
            return cast("Image", picture.to_pil())

    def clipping(self, number: int, area: Box, scale: float) -> Any:
        """The pixels (height, width, 3), RGB, of an area of a page, `scale` a point."""
        page = self._upright(number)
        with _Closing(page):
            width, height = Frame.of(page).size
            cut = (area[0], height - area[3], width - area[2], area[1])  # left, bottom, right, top
            kept = tuple(max(0.0, side) for side in cut)
            bitmap = page.render(
                scale=scale, crop=kept, may_draw_forms=False, draw_annots=False, rev_byteorder=True
            )
            return bitmap.to_numpy()[:, :, :3].copy()

    def close(self) -> None:
        """Close the file."""
        self._document.close()

    def _upright(self, number: int) -> pdfium.PdfPage:
        """A page, turned so that most of its text is read to the right: figures and tables lie on their sides.

        All places on the page are then of the page as turned.
        """
        page = self._document[number - 1]
        if number not in self._rotations:
            with _Closing(page.get_textpage()) as text:
                turns = _turns_needed(text, Frame.of(page))
            self._rotations[number] = (page.get_rotation() + 90 * turns) % 360
        if page.get_rotation() != self._rotations[number]:
            page.set_rotation(self._rotations[number])
        return page


def _turns_needed(text: pdfium.PdfTextPage, frame: Frame) -> int:
    """Quarter turns, clockwise, that make most of a page's text upright; 0 where no direction prevails.

    A page without the word of a caption is a drawing of its own, which may have all its labels turned.
    """
    count = text.count_chars()
    if not _CAPTIONED.search(text.get_text_range()):
        return 0
    asked = range(0, count, max(1, count // _ASKED))
    shown = [i for i in asked if raw.FPDFText_IsGenerated(text.raw, i) != 1]
    angles = Counter(_style(text.raw, i, frame).angle for i in shown)
    for turns in (1, 2, 3):
        if angles[90.0 * turns] >= max(_FEWEST_TURNED, _TURNED * len(shown)):
            return turns
    return 0


class _Closing:
    """Closes a PDFium handle at the end of a `with`: page by page, so that memory stays bounded."""

    def __init__(self, handle: Any) -> None:
        self.handle = handle

    def __enter__(self) -> Any:
        return self.handle

    def __exit__(self, *exception: object) -> None:
        self.handle.close()


@attrs.frozen
class _Style:
    """What all characters of one text object share."""

    font: str
    size: float
    angle: float


def _chars(text: pdfium.PdfTextPage, frame: Frame) -> Iterator[Char]:
    styles: dict[int | None, _Style] = {}
    page = text.raw
    loose, x, y = raw.FS_RECTF(), ctypes.c_double(), ctypes.c_double()
    width, height = frame.size
    for index in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(page, index) == 1:
            continue
        key = ctypes.cast(raw.FPDFText_GetTextObject(page, index), ctypes.c_void_p).value
        style = styles.get(key) or styles.setdefault(key, _style(page, index, frame))
        code = _code(page, index)
        mapped = code != 0 and raw.FPDFText_HasUnicodeMapError(page, index) != 1
        string = decode(chr(code), style.font, mapped)
        if not string or not raw.FPDFText_GetLooseCharBox(page, index, loose):
            continue
        sides = (loose.left, loose.bottom, loose.right, loose.top)
        if string in _TALL:
            sides = _ink(page, index) or sides
        box = frame.box(*sides)
        if box[2] < 0 or box[3] < 0 or box[0] > width or box[1] > height:
            continue
        raw.FPDFText_GetCharOrigin(page, index, x, y)
        baseline = frame.point(x.value, y.value)[1]
        yield Char(string, *box, style.size, baseline, style.font, style.angle)


def _code(page: Any, index: int) -> int:
    """A character's code; of one in two halves the first stands for both, and 0xFFFE for the second."""
    code = int(raw.FPDFText_GetUnicode(page, index))
    if 0xD800 <= code < 0xDC00:
        low = int(raw.FPDFText_GetUnicode(page, index + 1))
        return 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) if 0xDC00 <= low < 0xE000 else 0xFFFE
    return 0xFFFE if 0xDC00 <= code < 0xE000 else code


def _ink(page: Any, index: int) -> Box | None:
    sides = [ctypes.c_double() for _ in range(4)]
    left, right, bottom, top = sides
    if not raw.FPDFText_GetCharBox(page, index, left, right, bottom, top):
        return None
    return left.value, bottom.value, right.value, top.value


def _style(page: Any, index: int, frame: Frame) -> _Style:
    matrix = raw.FS_MATRIX()
    size = raw.FPDFText_GetFontSize(page, index)
    if raw.FPDFText_GetMatrix(page, index, matrix):
        size *= math.hypot(matrix.c, matrix.d) or 1.0
    angle = math.degrees(math.atan2(matrix.b, matrix.a)) - 90 * frame.turns
    buffer, flags = ctypes.create_string_buffer(256), ctypes.c_int()
    raw.FPDFText_GetFontInfo(page, index, buffer, 256, flags)
    font = plain_font(buffer.value.decode("utf-8", "replace"))
    return _Style(font, size, _squared(angle))


def _squared(angle: float) -> float:
    """An angle in [0, 360), a right one where it is within a degree of that."""
    nearest = round(angle / 90) * 90
    return (nearest if abs(angle - nearest) < 1 else angle) % 360


def _objects(page: pdfium.PdfPage, frame: Frame) -> tuple[list[Rule], list[Box]]:
    rules: list[Rule] = []
    images: list[Box] = []
    handle = page.raw
    found = (raw.FPDFPage_GetObject(handle, index) for index in range(raw.FPDFPage_CountObjects(handle)))
    _walk(found, IDENTITY, frame, rules, images, depth=0)
    return rules, images


def _walk(
    found: Iterator[Any], outer: Matrix, frame: Frame, rules: list[Rule], images: list[Box], depth: int
) -> None:
    for item in found:
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            rules.extend(_path_rules(item, outer, frame))
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            box = frame.box(*_bounds(item, outer))
            rule = rule_of(box)
            rules.append(rule) if rule else images.append(box)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < 8:
            count = raw.FPDFFormObj_CountObjects(item)
            inner = (raw.FPDFFormObj_GetObject(item, index) for index in range(count))
            _walk(inner, product(matrix_of(item), outer), frame, rules, images, depth + 1)


def _bounds(item: Any, outer: Matrix) -> Box:
    sides = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(item, *sides)
    x0, y0, x1, y1 = (side.value for side in sides)
    (ax, ay), (bx, by) = apply(outer, x0, y0), apply(outer, x1, y1)
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _path_rules(item: Any, outer: Matrix, frame: Frame) -> Iterator[Rule]:
    """Straight sides of a stroked path, and the box of a filled one where it is thin."""
    mode, stroked = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(item, mode, stroked)
    if not (mode.value or stroked.value):
        return
    bounds = frame.box(*_bounds(item, outer))
    if max(bounds[2] - bounds[0], bounds[3] - bounds[1]) < SHORTEST_RULE:
        return
    thin = rule_of(bounds)
    if thin:
        yield thin
        return
    count = raw.FPDFPath_CountSegments(item)
    if (not stroked.value and count < 5) or count > _MOST_CORNERS:
        return
    place = _placing(product(matrix_of(item), outer), frame)
    yield from _stroked(item, count, place) if stroked.value else _filled(item, count, place)


Place = Callable[[float, float], tuple[float, float]]


def _placing(matrix: Matrix, frame: Frame) -> Place:
    return lambda x, y: frame.point(*apply(matrix, x, y))


def _subpaths(item: Any, count: int, place: Place) -> Iterator[list[tuple[float, float]]]:
    """Corners of each straight subpath, closed ones ending where they began; curves cut a subpath."""
    x, y = ctypes.c_float(), ctypes.c_float()
    corners: list[tuple[float, float]] = []
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(item, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = place(x.value, y.value)
        if raw.FPDFPathSegment_GetType(segment) != raw.FPDF_SEGMENT_LINETO:
            yield corners
            corners = []
        corners.append(point)
        if raw.FPDFPathSegment_GetClose(segment) and corners[0] != point:
            corners.append(corners[0])
    yield corners


def _stroked(item: Any, count: int, place: Place) -> Iterator[Rule]:
    for corners in _subpaths(item, count, place):
        for (ax, ay), (bx, by) in itertools.pairwise(corners):
            rule = rule_of((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)))
            if rule and min(rule.x1 - rule.x0, rule.y1 - rule.y0) < 0.5:
                yield rule


def _filled(item: Any, count: int, place: Place) -> Iterator[Rule]:
    for corners in _subpaths(item, count, place):
        if 4 <= len(corners) <= 5:
            xs, ys = [x for x, _ in corners], [y for _, y in corners]
            rule = rule_of((min(xs), min(ys), max(xs), max(ys)))
            if rule:
                yield rule
