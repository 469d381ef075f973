"""What is drawn on a page is read from its paths and characters as it was drawn."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from support.drawings import drawing, page, sketch
from support.pdfs import HEIGHT, pdf, text

from dlc.frontends.figure.drawing import Box, Connector, Drawing, Outline
from dlc.frontends.figure.regions import figure_regions
from dlc.frontends.figure.vector.reader import MOST_PATHS, read_vector
from dlc.frontends.pdf.pdfium import PdfiumDocument

CASES = sorted((Path(__file__).parents[1] / "network" / "cases").glob("*.txt"))


def read(content: str) -> Drawing:
    """The drawing of a whole page."""
    document = PdfiumDocument(pdf([content]))
    try:
        shown = document.page(1)
        return read_vector(shown, document.artwork(1), (0, 0, shown.width, shown.height))
    finally:
        document.close()


def words(*places: tuple[str, float, float]) -> str:
    """Labels of ten points, which give the drawing its scale."""
    return "".join(text([label], y, x) for label, x, y in places or (("some words here", 300, 100),))


def captioned(content: bytes) -> Drawing:
    """The drawing of a page's only figure."""
    document = PdfiumDocument(content)
    try:
        shown, drawn = document.page(1), document.artwork(1)
        (region,) = figure_regions(shown, drawn)
        return read_vector(shown, drawn, region.area)
    finally:
        document.close()


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_boxes_lines_and_words_are_read_as_drawn(path: Path) -> None:
    given = path.read_text(encoding="utf-8")
    if not given.isascii():
        pytest.skip("the page's font has no such letters")
    true, seen = drawing(sketch(given)), captioned(page(sketch(given)))
    dx = min(b.area[0] for b in seen.boxes) - min(b.area[0] for b in true.boxes)
    dy = min(b.area[1] for b in seen.boxes) - min(b.area[1] for b in true.boxes)
    assert sorted(map(_box, seen.boxes)) == sorted(_box(box, dx, dy) for box in true.boxes)
    assert sorted(_words(seen)) == sorted(_words(true))
    assert _length(seen) == pytest.approx(_length(true), rel=0.02, abs=2)
    assert sum(c.head for c in seen.connectors) == sum(c.head for c in true.connectors)


def _box(box: Box, dx: float = 0.0, dy: float = 0.0) -> tuple[object, ...]:
    x0, y0, x1, y1 = box.area
    place = (round((x0 + dx) / 2), round((y0 + dy) / 2), round((x1 + dx) / 2), round((y1 + dy) / 2))
    return place, box.outline.value, box.sheets, box.dashed


def _words(seen: Drawing) -> list[str]:
    return [label.text for label in seen.labels]


def _length(seen: Drawing) -> float:
    return sum(math.dist(a, b) for c in seen.connectors for a, b in zip(c.points, c.points[1:], strict=False))


def only_box(content: str) -> Box:
    (box,) = read(content + words()).boxes
    return box


def only_line(content: str) -> Connector:
    (line,) = read(content + words()).connectors
    return line


def test_a_fill_and_the_stroke_around_it_are_one_box() -> None:
    box = only_box("1 0 0 rg 100 600 80 30 re f\n0 0 1 RG 100 600 80 30 re S\n")
    assert box.outline is Outline.RECTANGLE
    assert (box.fill, box.stroke) == ((255, 0, 0), (0, 0, 255))
    assert box.area == pytest.approx((100, HEIGHT - 630, 180, HEIGHT - 600), abs=0.6)


def test_a_shadow_is_no_box_of_its_own() -> None:
    box = only_box("0.7 g 103 597 80 30 re f\n1 1 0.8 rg 0 G 100 600 80 30 re B\n")
    assert box.area[0] == pytest.approx(100, abs=0.6)


def test_four_lines_that_meet_are_a_box() -> None:
    sides = ("100 600 m 180 600 l", "180 600 m 180 630 l", "180 630 m 100 630 l", "100 630 m 100 600 l")
    assert only_box(" S\n".join(sides) + " S\n").area == pytest.approx(
        (100, HEIGHT - 630, 180, HEIGHT - 600), abs=0.6
    )


def test_four_dashed_lines_that_meet_are_a_dashed_box() -> None:
    dashes = "".join(
        f"{x} {y} m {x + 4} {y} l S\n" for y in (600, 640) for x in range(100, 180, 7)
    ) + "".join(f"{x} {y} m {x} {y + 4} l S\n" for x in (100, 181) for y in range(600, 640, 7))
    box = only_box(dashes)
    assert box.dashed


def test_an_arrow_is_a_line_and_a_triangle() -> None:
    line = only_line("100 600 m 150 600 l S 150 597 m 157 600 l 150 603 l h f\n")
    assert line.head
    assert not line.tail
    assert line.end == pytest.approx((157, HEIGHT - 600), abs=0.6)


def test_an_arrow_that_is_drawn_from_its_tip_runs_to_its_tip() -> None:
    line = only_line("150 600 m 100 600 l S 150 597 m 157 600 l 150 603 l h f\n")
    assert line.end == pytest.approx((157, HEIGHT - 600), abs=0.6)


def test_a_head_of_two_strokes() -> None:
    line = only_line("100 600 m 157 600 l S 151 597 m 157 600 l 151 603 l S\n")
    assert line.head
    assert line.end == pytest.approx((157, HEIGHT - 600), abs=0.8)


@pytest.mark.parametrize("turn", [0, 45, 90, 135, 180, 225, 270, 315])
@pytest.mark.parametrize("scale", [1, 2.5])
def test_a_head_of_two_curves_as_tex_draws_it(turn: int, scale: float) -> None:
    """Barbs that bend apart until they are wider than the head is long."""
    a = math.radians(turn)

    def place(x: float, y: float) -> str:
        return f"{200 + x * math.cos(a) - y * math.sin(a):.3f} {600 + x * math.sin(a) + y * math.cos(a):.3f}"

    def barb(*points: tuple[float, float]) -> str:
        return " ".join(place(scale * x, scale * y) for x, y in points)

    line = only_line(
        f"{place(-60, 0)} m {place(0, 0)} l S\n{barb((-1.5, 2))} m "
        f"{barb((-1.4, 1.2), (-0.1, 0.1), (0.3, 0))} c {barb((-0.1, -0.1), (-1.4, -1.2), (-1.5, -2))} c S\n"
    )
    assert (line.head, line.tail) == (True, False)
    tip = (200 + 0.3 * scale * math.cos(a), HEIGHT - 600 - 0.3 * scale * math.sin(a))
    assert line.end == pytest.approx(tip, abs=0.6)


def test_a_stroke_of_two_curves_that_bends_is_no_head() -> None:
    found = read(words() + "100 600 m 102 604 106 606 108 606 c 110 606 114 604 116 600 c S\n")
    assert [line.head or line.tail for line in found.connectors] == [False]


def test_a_fat_arrow_is_one_connector() -> None:
    line = only_line("100 605 m 140 605 l 140 612 l 155 600 l 140 588 l 140 595 l 100 595 l h b\n")
    assert line.head
    assert line.start == pytest.approx((100, HEIGHT - 600), abs=1)
    assert line.end == pytest.approx((155, HEIGHT - 600), abs=1)


def test_a_thin_filled_box_is_a_line() -> None:
    line = only_line("100 600 60 0.8 re f\n")
    assert sorted(x for x, _ in line.points) == pytest.approx([100, 160], abs=0.6)


def test_dashes_are_one_dashed_line() -> None:
    line = only_line("".join(f"{x} 600 m {x + 4} 600 l S\n" for x in range(100, 200, 7)))
    assert line.dashed
    assert math.dist(line.start, line.end) == pytest.approx(102, abs=3)


def test_lines_that_touch_end_to_end_are_one() -> None:
    line = only_line("100 600 m 150 600 l S 150 600 m 150 650 l S 150 650 m 200 650 l S\n")
    assert len(line.points) == 4


def test_lines_that_point_at_one_place_are_two() -> None:
    seen = read("100 600 m 200 640 l S 100 680 m 200 640 l S\n200 620 40 40 re S\n" + words())
    assert len(seen.connectors) == 2
    assert all(len(line.points) == 2 for line in seen.connectors)


def test_a_curve_is_a_polyline_on_its_course() -> None:
    line = only_line("100 600 m 100 650 200 650 200 600 c S\n")
    assert len(line.points) > 4
    assert min(y for _, y in line.points) == pytest.approx(HEIGHT - 637.5, abs=1)


def test_the_sign_in_a_circle_may_be_drawn() -> None:
    k = 5.52
    circle = f"110 600 m 110 {600 + k} {100 + k} 610 100 610 c {100 - k} 610 90 {600 + k} 90 600 c"
    circle += f" 90 {600 - k} {100 - k} 590 100 590 c {100 + k} 590 110 {600 - k} 110 600 c h S\n"
    seen = read(circle + "90 600 m 110 600 l S 100 590 m 100 610 l S\n" + words())
    assert [box.outline for box in seen.boxes] == [Outline.CIRCLE]
    assert "+" in _words(seen)
    assert not seen.connectors


def test_labels_in_a_row_are_parted_by_their_boxes() -> None:
    boxes = "100 690 40 20 re S 142 690 40 20 re S\n"
    seen = read(boxes + words(("conv", 105, 696), ("pool", 144, 696)))
    assert sorted(_words(seen)) == ["conv", "pool"]


def test_labels_in_a_row_are_parted_by_gaps_wider_than_spaces() -> None:
    seen = read(words(("Max pooling", 100, 700), ("Full connection", 161, 700), ("Max pooling", 235, 700)))
    assert _words(seen) == ["Max pooling", "Full connection", "Max pooling"]


def test_numbers_in_a_row_are_labels_of_their_own() -> None:
    assert sorted(_words(read(words(("64 128 256", 100, 700))))) == ["128", "256", "64"]


def test_turned_words_are_read_along_their_direction() -> None:
    seen = read("q 0 1 -1 0 400 300 cm\n" + text(["3x3 conv, 64"], 0, 0) + "Q\n")
    (label,) = seen.labels
    assert label.text == "3x3 conv, 64"
    assert label.angle == 90.0


def test_a_plot_of_very_many_paths_is_not_taken_apart() -> None:
    many = "".join(
        f"{i % 500} {i // 500} m {i % 500 + 1} {i // 500 + 1} l S\n" for i in range(MOST_PATHS + 1)
    )
    seen = read(many + words())
    assert not seen.boxes
    assert not seen.connectors
    assert seen.curves > MOST_PATHS
