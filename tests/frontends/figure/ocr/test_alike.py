"""Lines read by the glyphs that they share."""

from collections.abc import Sequence

import attrs
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from dlc.frontends.figure.ocr import engine
from dlc.frontends.figure.ocr.alike import read_lines
from dlc.frontends.figure.ocr.glyphs import Glyph, Looks, glyphs_of
from dlc.frontends.figure.ocr.matched import Votes, aligned, narrowest_space
from dlc.frontends.figure.ocr.recogniser import Crop, TextReading
from dlc.simulate import fonts

pytest.importorskip("onnxruntime")


def line(text: str, size: int = 20, font: str = "DejaVuSans.ttf") -> Crop:
    """A line of dark text on white, every glyph at whole pixels, as programs draw it."""
    face = ImageFont.truetype(str(fonts.FOLDER / font), size)
    image = Image.new("L", (int(1.1 * face.getlength(text)) + 20, int(1.6 * size)), 255)
    at = 6
    for letter in text:
        ImageDraw.Draw(image).text((at, 3), letter, fill=0, font=face)
        at += round(face.getlength(letter))
    return np.asarray(image)


def noisy(crop: Crop, seed: int) -> Crop:
    """A crop as a camera sees it: no two of its glyphs are equal."""
    noise = np.random.default_rng(seed).normal(0, 25, crop.shape)
    return np.clip(crop + noise, 0, 255).astype(np.uint8)


@attrs.define
class Watched:
    """The engine, with the widths that it was given, and slips that it makes in its first reading."""

    slips: tuple[tuple[str, str], ...] = ()
    widths: list[int] = attrs.field(factory=list)
    name: str = "watched"

    def read(self, lines: Sequence[Crop]) -> list[TextReading]:
        """See `Recogniser`."""
        first = not self.widths and bool(lines)
        self.widths += [crop.shape[1] for crop in lines]
        found = engine().read(lines)
        for right, wrong in self.slips if first else ():
            at = next((n for n, one in enumerate(found) if right in one.text), None)
            if at is not None:
                found[at] = attrs.evolve(found[at], text=found[at].text.replace(right, wrong))
        return found


TEXTS = [
    f"{name}_{number}: {kind} (None, {size}, {size}, {deep})"
    for number, size, deep in ((1, 28, 64), (2, 14, 128), (3, 7, 256), (4, 14, 64), (5, 28, 16), (6, 7, 32))
    for name, kind in (("conv2d", "Conv2D"), ("pool", "MaxPooling2D"), ("dropout", "Dropout"))
]


@pytest.mark.parametrize("font", ["DejaVuSans.ttf", "DejaVuSerif.ttf"])
def test_shared_glyphs_spell_lines_and_less_is_read(font: str) -> None:
    crops = [line(text, font=font) for text in TEXTS]
    watched = Watched()
    assert [reading.text for reading in read_lines(watched, crops)] == TEXTS
    assert sum(watched.widths) < 0.5 * sum(crop.shape[1] for crop in crops)


def test_a_slip_of_the_engine_is_outvoted() -> None:
    watched = Watched(slips=(("o", "c"), ("2", "Z"), ("8", "B")))
    assert [reading.text for reading in read_lines(watched, [line(text) for text in TEXTS])] == TEXTS


def test_lines_whose_glyphs_are_never_equal_are_read_whole_and_once() -> None:
    crops = [noisy(line(text), number) for number, text in enumerate(TEXTS[:6])]
    watched = Watched()
    readings = read_lines(watched, crops)
    assert watched.widths == [crop.shape[1] for crop in crops]
    assert [reading.text for reading in readings] == [reading.text for reading in engine().read(crops)]


def test_bars_are_read_by_what_stands_beside_them() -> None:
    texts = ["Input", "Iterate", "pool1", "Include", "flatten", "flatten Input", "pool1 Input", "Input pool1"]
    assert [reading.text for reading in read_lines(engine(), [line(text) for text in texts])] == texts


def test_an_engine_that_tells_no_places_reads_every_line() -> None:
    class Silent(Watched):
        def read(self, lines: Sequence[Crop]) -> list[TextReading]:
            return [attrs.evolve(reading, places=()) for reading in super().read(lines)]

    assert [reading.text for reading in read_lines(Silent(), [line(text) for text in TEXTS])] == TEXTS


def test_nothing_is_read_on_white_and_of_no_lines() -> None:
    white = np.full((30, 80), 255, np.uint8)
    assert [reading.text for reading in read_lines(engine(), [white, white])] == ["", ""]
    assert read_lines(engine(), []) == []


def test_equal_letters_look_equal_and_others_do_not() -> None:
    glyphs = glyphs_of(line("noon:id,I"), Looks())
    looks = [glyph.look for glyph in glyphs]
    assert looks[0] == looks[3]
    assert looks[1] == looks[2]
    assert len(set(looks)) == len(glyphs) - 2 == 7
    assert [glyph.is_bar for glyph in glyphs] == [False] * 8 + [True]


def test_equal_signs_at_other_heights_are_others() -> None:
    low, high = line("n-n").copy(), line("n-n").copy()
    low[2:] = low[:-2].copy()
    columns = slice(glyphs_of(high, Looks())[1].left, glyphs_of(high, Looks())[1].right)
    mixed = high.copy()
    mixed[:, columns] = low[:, columns]
    looks = Looks()
    assert glyphs_of(high, looks)[1].look == glyphs_of(low, looks)[1].look != glyphs_of(mixed, looks)[1].look


def test_a_texture_has_no_glyphs() -> None:
    dots = np.full((40, 400), 255, np.uint8)
    dots[::4, ::4] = 0
    assert glyphs_of(dots, Looks()) == []


GLYPHS = [Glyph(1, 0, 10, 14, False), Glyph(2, 12, 22, 14, False), Glyph(3, 28, 38, 14, False)]


def reading(text: str, *places: float) -> TextReading:
    """A reading of letters at places."""
    return TextReading(text, 1.0, places)


def test_letters_are_those_of_the_glyphs_where_they_stand() -> None:
    found = aligned(GLYPHS, [None] * 3, reading("ab c", 5, 17, 24, 33), 0, 20)
    assert found == [("a", False), ("b", True), ("c", False)]


def test_letters_that_touch_are_one_glyph() -> None:
    found = aligned(GLYPHS, [None] * 3, reading("alic", 5, 14, 19, 33), 0, 20)
    assert found == [("a", False), ("li", False), ("c", False)]


def test_other_readings_tell_whose_a_letter_is() -> None:
    likely = Votes()
    for _ in range(12):
        likely.add("a", 1.0)
    found = aligned(GLYPHS, [likely, None, None], reading("alic", 5, 10, 16, 33), 0, 20)
    assert found == [("a", False), ("li", False), ("c", False)]


def test_a_reading_is_not_its_own_witness() -> None:
    crops = [line("stride: 2", font="DejaVuSerif.ttf"), line("pad: 1", font="DejaVuSerif.ttf")]
    assert [reading.text for reading in read_lines(engine(), crops)] == ["stride: 2", "pad: 1"]


def test_a_speck_at_the_rim_is_no_letter() -> None:
    speck = Glyph(9, 0, 1, 14, False)
    moved = [attrs.evolve(glyph, left=glyph.left + 2, right=glyph.right + 2) for glyph in GLYPHS]
    found = aligned([speck, *moved], [None] * 4, reading("abc", 5, 19, 35), 0, 20)
    assert [text for text, _ in found] == ["", "a", "b", "c"]


def test_letters_that_stand_elsewhere_do_not_fit() -> None:
    assert aligned(GLYPHS, [None] * 3, reading("ab", 5, 17), 0, 20) == [
        ("a", False),
        ("b", False),
        ("", False),
    ]
    assert aligned(GLYPHS, [None] * 3, reading("abcd", 5, 17, 33, 60), 0, 20) == []


def test_spaces_are_gaps_that_are_as_wide_as_those_that_were_read_as_such() -> None:
    assert narrowest_space([], 0.2) == 0.2
    assert 0.1 <= narrowest_space([(0.1, False), *[(0.15, True), (0.3, True)] * 4], 0.2) < 0.15
    assert 0.25 <= narrowest_space([(0.1, False), *[(0.25, False), (0.3, True)] * 4], 0.2) < 0.3
    assert narrowest_space([(0.1, False)] * 9 + [(0.1, True), (0.3, True), (0.3, False)], 0.2) == 0.2


@pytest.mark.parametrize("font", ["DejaVuSans.ttf", "DejaVuSerif.ttf"])
def test_numbers_beside_each_other_stay_apart_and_ones_together(font: str) -> None:
    texts = [
        "16 5x5 conv",
        "64 3x3 conv",
        "112 3x3 conv",
        "112 5x5",
        "11 3x3",
        "64 5x5",
        "256 3x3 conv",
        "256",
    ]
    assert [
        reading.text for reading in read_lines(engine(), [line(text, font=font) for text in texts])
    ] == texts
