"""SVG files: shapes become the same drawing as in a PDF, and nothing outside the file is ever touched."""

from __future__ import annotations

import gzip
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.diagnostics import DlcError
from dlc.frontends.figure.picture import PictureReading, read_picture
from dlc.frontends.pdf.space import IDENTITY, apply
from dlc.frontends.svg import read_svg
from dlc.frontends.svg.course import length, stretches
from dlc.frontends.svg.read import transform

OPS = ["conv2d", "maxpool2d", "dense", "softmax"]
WORDS = ("Input 28x28x1", "conv 3x3, 16", "max pool 2x2", "fc 10", "softmax")


def svg(body: str, more: str = "") -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {more} viewBox="0 0 300 400">{body}</svg>'.encode()


def chain(
    box: str, line: str, word: str = '<text x="150" y="{y}" text-anchor="middle" font-size="12">{w}</text>'
) -> str:
    """Boxes under each other, each with its word, and lines between; `{t}` is a box's top."""
    parts = []
    for i, text in enumerate(WORDS):
        top = 20 + 70 * i
        parts += [box.format(t=top), word.format(y=top + 24, w=text)]
        parts += [line.format(a=top + 40, b=top + 70)] if i < len(WORDS) - 1 else []
    return "".join(parts)


HEAD = (
    '<defs><marker id="head" markerWidth="8" markerHeight="8" refX="8" refY="4">'
    '<path d="M0 0L8 4L0 8Z"/></marker></defs>'
)
RECT = '<rect x="90" y="{t}" width="120" height="40" fill="none" stroke="black"/>'
LINE = '<line x1="150" y1="{a}" x2="150" y2="{b}" stroke="black"/>'
ARROW = LINE.replace("/>", ' marker-end="url(#head)"/>')


def ops(reading: PictureReading) -> list[str]:
    (net,) = reading.nets
    return [node.layer.op_name for node in net.body if not node.inferred]


@pytest.mark.parametrize(
    "body",
    [
        HEAD + chain(RECT, ARROW),
        HEAD + chain(RECT.replace("/>", ' rx="6"/>'), ARROW),
        HEAD + chain('<path d="M90 {t}h120v40h-120z" fill="#eee" stroke="black"/>', ARROW),
        HEAD + chain('<polygon points="90,{t} 210,{t} 210,{t} 210,{t}" fill="none"/>' + RECT, ARROW),
        chain(RECT, '<path d="M150 {a}V{b}" stroke="black"/><path d="M150 {b}l-3 -8h6z"/>'),
        HEAD + f'<g transform="translate(20 10) scale(0.9)">{chain(RECT, ARROW)}</g>',
        HEAD + f'<g transform="matrix(0 1 -1 0 400 0) rotate(-90 150 200)">{chain(RECT, ARROW)}</g>',
        "<style>.b{fill:none;stroke:#333} .l{stroke:black;marker-end:url(#head)}</style>"
        + HEAD
        + chain('<rect class="b" x="90" y="{t}" width="120" height="40"/>', '<path class="l" d="M150 {a}L150 {b}"/>'),
        HEAD
        + '<defs><rect id="b" width="120" height="40" fill="none" stroke="black"/></defs>'
        + chain('<use href="#b" x="90" y="{t}"/>', ARROW),
        HEAD + chain(RECT, ARROW, '<text font-size="12"><tspan x="110" y="{y}">{w}</tspan></text>'),
        HEAD
        + chain(
            RECT, ARROW,
            '<foreignObject x="90" y="{y}" width="120" height="1"><div xmlns="http://www.w3.org/1999/xhtml">{w}</div></foreignObject>',
        ),
    ],
    ids=["markers", "rounded", "paths", "polygons", "heads", "group", "turned", "styles", "uses", "tspans", "html"],
)  # fmt: skip
def test_the_ways_in_which_programs_draw_a_network(body: str) -> None:
    assert ops(read_picture(svg(body), "net.svg")) == OPS


def test_what_is_hidden_or_only_defined_is_not_read() -> None:
    shown = HEAD + chain(RECT, ARROW)
    extra = '<g display="none"><rect width="99" height="99"/></g><symbol id="s"><circle r="9"/></symbol>'
    alone, both = (read_svg(svg(body), "n.svg").drawn.paths for body in (shown, extra + shown))
    assert len(alone) == len(both)


def test_gzipped_files_are_unpacked() -> None:
    assert ops(read_picture(gzip.compress(svg(HEAD + chain(RECT, ARROW))), "net.svgz")) == OPS


def test_turned_words_have_their_angle() -> None:
    sheet = read_svg(svg('<text x="50" y="90" transform="rotate(-90 50 90)">conv</text>'), "n.svg")
    assert {char.angle for char in sheet.page.chars} == {90}
    assert [char.text for char in sheet.page.chars] == list("conv")


_LEVELS = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(9))
BOMB = f'<!DOCTYPE svg [<!ENTITY a "aaaa">{_LEVELS}]>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg", "DLC0613"),
        (b"<svg><g></svg>", "DLC0613"),
        (b"<svg>&nothing;</svg>", "DLC0613"),
        (b"<html/>", "DLC0613"),
        (b"<?xml version='1.0'?>", "DLC0613"),
        (b"\x1f\x8bnot gzip", "DLC0613"),
        (BOMB.encode() + b"<svg><text>&j;</text></svg>", "DLC0614"),
        (b'<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>', "DLC0614"),
        (b'<?xml-stylesheet href="http://example.org/s.css"?><svg/>', "DLC0614"),
        (b'<svg><image href="http://example.org/a.png" width="9" height="9"/></svg>', "DLC0614"),
        (b'<svg xmlns:xlink="http://www.w3.org/1999/xlink"><use xlink:href="b.svg#a"/></svg>', "DLC0614"),
        (b"<svg>" + b"<g>" * 300 + b"</g>" * 300 + b"</svg>", "DLC0614"),
        (b"<svg>" + b"<g/>" * 100_001 + b"</svg>", "DLC0614"),
        (gzip.compress(b"<svg>" + b" " * (65 * 2**20) + b"</svg>"), "DLC0614"),
    ],
    ids=range(14),
)
def test_what_is_broken_or_hostile_is_refused_with_a_code(data: bytes, code: str) -> None:
    with pytest.raises(DlcError) as raised:
        read_svg(data, "bad.svg")
    (found,) = raised.value.diagnostics
    assert found.code.number == code
    assert "bad.svg" in str(found.span)


def test_a_document_type_as_graphviz_writes_it_is_fine() -> None:
    doctype = (
        b'<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    )
    assert ops(read_picture(doctype + svg(HEAD + chain(RECT, ARROW)), "net.svg")) == OPS


def test_shapes_that_refer_to_themselves_come_to_an_end() -> None:
    body = "".join(f'<g id="g{i}"><use href="#g{i + 1}"/><use href="#g{i + 1}"/></g>' for i in range(40))
    sheet = read_svg(
        svg(f'<g id="a"><use href="#a"/></g>{body}<g id="g40"><rect width="5" height="5"/></g>'), "n.svg"
    )
    assert len(sheet.drawn.paths) <= 20_000


def test_an_arc_is_a_circle() -> None:
    (found,) = stretches("M 10 0 A 10 10 0 1 1 -10 0 A10 10 0 0110 0 Z", IDENTITY)
    assert all(abs(math.hypot(x, y) - 10) < 0.01 for x, y in found.points)
    assert found.closed


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("translate(3)", (4, 1)),
        ("translate(3, 4) scale(2)", (5, 6)),
        ("rotate(90)", (-1, 1)),
        ("rotate(180 2 2)", (3, 3)),
        ("matrix(1 0 0 1 5 6)", (6, 7)),
        ("nonsense(1)", (1, 1)),
    ],
)
def test_transforms(text: str, place: tuple[float, float]) -> None:
    assert apply(transform(text), 1, 1) == pytest.approx(place)


@pytest.mark.parametrize(
    ("text", "value"), [("12", 12), ("1in", 96), ("50%", 50), ("2em", 32), ("x", 0), ("", 0)]
)
def test_lengths(text: str, value: float) -> None:
    assert length(text, 100) == value


@given(st.text("MmLlHhVvCcSsQqTtAaZz0123456789.,- e+", max_size=60))
def test_any_path_data_is_read_or_left(data: str) -> None:
    for stretch in stretches(data, IDENTITY):
        assert len(stretch.points) > 1
