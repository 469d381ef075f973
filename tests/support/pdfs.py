"""Small PDF files written by hand: pages of text, ruled tables, pictures; locked and damaged ones."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

HEIGHT = 792
_LINE = 14  # points from one row to the next


def pdf(pages: Sequence[str], encrypt: str = "", size: tuple[float, float] = (612, HEIGHT)) -> bytes:
    """A document whose pages have these content streams; font F1 and picture I1 are theirs to use."""
    kids = " ".join(f"{6 + 2 * i} 0 R" for i in range(len(pages)))
    bodies = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{kids}]>>".encode(),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        _stream(
            "/Type/XObject/Subtype/Image/Width 8/Height 8/BitsPerComponent 8/ColorSpace/DeviceGray",
            bytes(range(64)),
        ),
        encrypt.encode() or b"null",
    ]
    for number, content in enumerate(pages):
        bodies.append(_page(7 + 2 * number, size))
        bodies.append(_stream("", content.encode("latin-1")))
    return _file(bodies, "/Encrypt 5 0 R/ID[<00><00>]" if encrypt else "")


def locked() -> bytes:
    """A document that no password opens."""
    lock = f"<</Filter/Standard/V 1/R 2/O<{'00' * 32}>/U<{'00' * 32}>/P -4>>"
    return pdf([text(["nothing to see"])], lock)


def scan(pages: int = 1) -> bytes:
    """A document of pictures alone."""
    return pdf(["q 500 0 0 700 50 50 cm /I1 Do Q"] * pages)


def text(lines: Sequence[str], top: float = 720, left: float = 72, size: float = 10) -> str:
    """Lines of text, one below the other."""
    placed = (f"1 0 0 1 {left} {top - _LINE * i} Tm ({_escaped(line)}) Tj" for i, line in enumerate(lines))
    return f"BT /F1 {size} Tf {' '.join(placed)} ET\n"


def table(caption: str, rows: Sequence[Sequence[str]], top: float = 700, left: float = 72) -> str:
    """A table with its caption above, the first row its head: three rules, columns 110 points apart."""
    width = 110 * len(rows[0])
    baselines = [top - 24 - _LINE * i for i in range(len(rows))]
    parts = [text([caption], top, left)]
    for row, y in zip(rows, baselines, strict=True):
        parts += [text([cell], y, left + 4 + 110 * i) for i, cell in enumerate(row)]
    rules = (top - 12, baselines[0] - 4, baselines[-1] - 4)
    parts += [f"0.6 w {left} {y} m {left + width} {y} l S\n" for y in rules]
    return "".join(parts)


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _page(contents: int, size: tuple[float, float]) -> bytes:
    resources = "<</Font<</F1 3 0 R>>/XObject<</I1 4 0 R>>>>"
    box = f"/MediaBox[0 0 {size[0]} {size[1]}]"
    return f"<</Type/Page/Parent 2 0 R{box}/Resources {resources}/Contents {contents} 0 R>>".encode()


def _stream(entries: str, data: bytes) -> bytes:
    packed = zlib.compress(data)
    return f"<<{entries}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed + b"\nendstream"


def _file(bodies: Sequence[bytes], trailer: str) -> bytes:
    """The objects, numbered from 1, with the table of their places."""
    made = bytearray(b"%PDF-1.4\n")
    places = list(_written(made, bodies))
    start = len(made)
    made += f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n".encode()
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += f"trailer\n<</Size {len(bodies) + 1}/Root 1 0 R{trailer}>>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(made)


def _written(made: bytearray, bodies: Sequence[bytes]) -> Iterator[int]:
    for number, body in enumerate(bodies, start=1):
        yield len(made)
        made += b"%d 0 obj\n" % number + body + b"\nendobj\n"
