"""A scene as a PDF page, and that page as pixels."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterable, Iterator

import pypdfium2
from PIL import Image

from dlc.simulate.face import ENCODING, Face, program, widths
from dlc.simulate.scene import Bitmap, Path, Pen, Scene, Shape, Text


def pdf(scene: Scene) -> bytes:
    """The scene as a document of one page; the same scene gives the same bytes."""
    writer = _Writer(scene)
    return writer.document()


def raster(document: bytes, scale: float) -> Image.Image:
    """The first page as an RGB picture with `scale` pixels a point."""
    opened = pypdfium2.PdfDocument(document)
    try:
        made: Image.Image = opened[0].render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
        return made
    finally:
        opened.close()


class _Writer:
    """Objects of a PDF file, numbered from 1 in the order in which they are added."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.objects: list[bytes] = []
        self.faces: dict[Face, str] = {}
        self.bitmaps: list[Bitmap] = []

    def document(self) -> bytes:
        """The whole file."""
        content = self.add(_stream({}, "\n".join(self.content()).encode("latin-1")))
        resources = f"<</Font<<{self.fonts()}>>/XObject<<{self.pictures()}>>>>"
        box = f"[0 0 {_n(self.scene.width)} {_n(self.scene.height)}]"
        pages = len(self.objects) + 2
        page = f"<</Type/Page/Parent {pages} 0 R/MediaBox{box}/Contents {content} 0 R/Resources{resources}>>"
        kids = self.add(page.encode())
        self.add(f"<</Type/Pages/Count 1/Kids[{kids} 0 R]>>".encode())
        root = self.add(f"<</Type/Catalog/Pages {pages} 0 R>>".encode())
        return self.file(root)

    def add(self, body: bytes) -> int:
        self.objects.append(body)
        return len(self.objects)

    def file(self, root: int) -> bytes:
        made = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        places = []
        for number, body in enumerate(self.objects, start=1):
            places.append(len(made))
            made += b"%d 0 obj\n%b\nendobj\n" % (number, body)
        start, count = len(made), len(self.objects) + 1
        made += b"xref\n0 %d\n0000000000 65535 f \n" % count
        made += b"".join(b"%010d 00000 n \n" % place for place in places)
        made += b"trailer\n<</Size %d/Root %d 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (count, root, start)
        return bytes(made)

    def content(self) -> Iterator[str]:
        """The operators that paint the scene; y is turned round once for all, and back for texts."""
        yield f"1 0 0 -1 0 {_n(self.scene.height)} cm"
        for shape in self.scene.shapes:
            yield from self.paint(shape)

    def paint(self, shape: Shape) -> Iterator[str]:
        if isinstance(shape, Text):
            yield self.text(shape)
        elif isinstance(shape, Bitmap):
            yield self.bitmap(shape)
        else:
            yield from _path(shape)

    def text(self, shape: Text) -> str:
        name = self.faces.setdefault(shape.face, f"F{len(self.faces) + 1}")
        turn = math.radians(shape.angle)
        c, s = math.cos(turn), math.sin(turn)
        matrix = " ".join(map(_n, (c, -s, -s, -c, *shape.at)))
        code = shape.text.encode(ENCODING, "replace").hex()
        size = _n(shape.size)
        return f"BT /{name} {size} Tf {_colour(shape.colour)} rg {matrix} Tm <{code}> Tj ET"

    def bitmap(self, shape: Bitmap) -> str:
        self.bitmaps.append(shape)
        left, top, right, bottom = shape.area
        matrix = " ".join(map(_n, (right - left, 0, 0, top - bottom, left, bottom)))
        return f"q {matrix} cm /I{len(self.bitmaps)} Do Q"

    def fonts(self) -> str:
        return "".join(f"/{name} {self.font(face)} 0 R" for face, name in self.faces.items())

    def font(self, face: Face) -> int:
        base = f"/Type/Font/BaseFont/{face.name}/Encoding/WinAnsiEncoding"
        if face.file is None:
            return self.add(f"<<{base}/Subtype/Type1>>".encode())
        data = program(face)
        stream = self.add(_stream({"Length1": str(len(data))}, data))
        described = f"/FontName/{face.name}/Flags 32/FontBBox[-200 -300 1200 1000]/ItalicAngle 0"
        described += f"/Ascent 900/Descent -250/CapHeight 700/StemV 80/FontFile2 {stream} 0 R"
        descriptor = self.add(f"<</Type/FontDescriptor{described}>>".encode())
        known = widths(face)
        row = " ".join(
            _n(known.get(bytes([code]).decode(ENCODING, "replace"), 500)) for code in range(32, 256)
        )
        span = f"/FirstChar 32/LastChar 255/Widths[{row}]"
        return self.add(f"<<{base}/Subtype/TrueType{span}/FontDescriptor {descriptor} 0 R>>".encode())

    def pictures(self) -> str:
        return "".join(f"/I{i} {self.picture(b)} 0 R" for i, b in enumerate(self.bitmaps, start=1))

    def picture(self, shape: Bitmap) -> int:
        head = {
            "Type": "/XObject",
            "Subtype": "/Image",
            "Width": str(shape.columns),
            "Height": str(shape.rows),
            "ColorSpace": "/DeviceRGB",
            "BitsPerComponent": "8",
        }
        return self.add(_stream(head, shape.pixels))


def _stream(head: dict[str, str], data: bytes) -> bytes:
    packed = zlib.compress(data, 6)
    entries = {**head, "Filter": "/FlateDecode", "Length": str(len(packed))}
    words = "".join(f"/{name} {value}" for name, value in entries.items())
    return f"<<{words}>>\nstream\n".encode() + packed + b"\nendstream"


def _path(shape: Path) -> Iterator[str]:
    yield from _pen(shape.pen)
    yield f"{_points([shape.start])} m"
    for segment in shape.segments:
        yield f"{_points(segment)} {'l' if len(segment) == 1 else 'c'}"
    paint = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
    close = "h " if shape.closed else ""
    yield close + paint[shape.pen.fill is not None, shape.pen.stroke is not None]


def _pen(pen: Pen) -> Iterator[str]:
    if pen.fill is not None:
        yield f"{_colour(pen.fill)} rg"
    if pen.stroke is not None:
        yield f"{_colour(pen.stroke)} RG {_n(pen.width)} w [{' '.join(map(_n, pen.dash))}] 0 d"


def _points(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{_n(x)} {_n(y)}" for x, y in points)


def _colour(colour: tuple[int, int, int]) -> str:
    return " ".join(_n(v / 255) for v in colour)


def _n(value: float) -> str:
    """A number as short as its thousandths allow."""
    return f"{value:.3f}".rstrip("0").rstrip(".") if value else "0"
