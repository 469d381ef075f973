"""Pictures of what was read: pages of a paper with boxes and readings drawn over them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence

import attrs
import pypdfium2
from PIL import Image, ImageDraw, ImageFont

from dlc.ir import BBox, Net, Node, Op

Font = ImageFont.FreeTypeFont | ImageFont.ImageFont
SURE, DOUBTFUL, NET = (0, 120, 60), (200, 90, 0), (40, 80, 200)
_DOUBT = 0.8  # below this confidence a reading is drawn as doubtful


@attrs.frozen
class Mark:
    """A box on a page (points from the top left) with a caption and a colour."""

    page: int
    bbox: BBox
    text: str
    colour: tuple[int, int, int] = SURE
    width: int = 1


def marks_of(nets: Iterable[Net]) -> list[Mark]:
    """A mark for every net and every cell that a layer was read from; layers of one cell share a mark."""
    found: list[Mark] = []
    cells: dict[tuple[int, BBox], list[Node]] = {}
    for net in nets:
        if net.origin and net.origin.page and net.origin.bbox:
            found.append(Mark(net.origin.page, net.origin.bbox, net.name, NET, 2))
        for node in net.body:
            if node.origin and node.origin.page and node.origin.bbox:
                cells.setdefault((node.origin.page, node.origin.bbox), []).append(node)
    return found + [_cell_mark(page, box, nodes) for (page, box), nodes in cells.items()]


def draw(data: bytes, marks: Sequence[Mark], scale: float = 2.0) -> dict[int, bytes]:
    """PNG pictures of the pages that carry marks, by page number; `scale` is in pixels a point."""
    pages = sorted({m.page for m in marks})
    document = pypdfium2.PdfDocument(data)
    try:
        return {p: _draw_page(document, p, [m for m in marks if m.page == p], scale) for p in pages}
    finally:
        document.close()


def _cell_mark(page: int, box: BBox, nodes: Sequence[Node]) -> Mark:
    words = list(dict.fromkeys(_reading(n) for n in nodes))
    text = "; ".join(words[:2]) + (" ..." if len(words) > 2 else "")
    sure = all(n.confidence is None or n.confidence >= _DOUBT for n in nodes)
    return Mark(page, box, text, SURE if sure else DOUBTFUL)


def _reading(node: Node) -> str:
    if not isinstance(node.op, Op):
        return node.name
    stated = _brief(node.op.attributes())
    return f"{node.op.op_name} {stated}".strip()


def _brief(attributes: Mapping[str, object]) -> str:
    wanted = ("filters", "units", "kernel", "stride")
    return " ".join(str(attributes[name]).replace(" ", "") for name in wanted if name in attributes)


def _draw_page(document: pypdfium2.PdfDocument, page: int, marks: Sequence[Mark], scale: float) -> bytes:
    bitmap = document[page - 1].render(scale=scale, may_draw_forms=False, draw_annots=False)
    picture = bitmap.to_pil().convert("RGB")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=max(8.0, 4.5 * scale))
    for mark in marks:
        box = tuple(v * scale for v in mark.bbox)
        pen.rectangle(box, outline=mark.colour, width=max(1, round(mark.width * scale / 2)))
        _caption(pen, font, mark, box)
    return _png(picture)


def _caption(pen: ImageDraw.ImageDraw, font: Font, mark: Mark, box: tuple[float, ...]) -> None:
    """Write a mark's text small inside its top right corner (a net's above its box)."""
    left, top, right, bottom = pen.textbbox((0, 0), mark.text, font=font)
    if mark.width > 1:
        place = (box[0], box[1] - 1.5 * (bottom - top))
    else:
        place = (box[2] - (right - left), box[1])
    pen.text((place[0], place[1] - top), mark.text, fill=mark.colour, font=font)


def _png(picture: Image.Image) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()
