"""Figures whose letters are not read: another script is told by its name, and a network is so much less sure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.diagnostics import DlcError, FileSpan, codes
from dlc.frontends.figure.drawing import Box, Connector, Drawing, Label
from dlc.frontends.figure.picture import PictureReading, read_picture
from dlc.frontends.figure.read import read_drawing
from dlc.frontends.figure.scripts import foreign, unread, unread_share

ENGLISH = ("Input", "Conv 3x3, 64", "Conv 3x3, 128", "Conv 3x3, 256", "Softmax")
SCRIPTS = {
    "Cyrillic": ("Вход", "Свёртка 3×3, 64", "Свёртка 3×3, 128", "Свёртка 3×3, 256", "Выход"),
    "Greek": ("Είσοδος", "Συνέλιξη 3×3, 64", "Συνέλιξη 3×3, 128", "Συνέλιξη 3×3", "Έξοδος"),
    "Arabic": ("إدخال", "التفاف", "تجميع", "التفاف", "إخراج"),
    "Chinese": ("输入图像", "卷积层 3×3, 64", "卷积层 3×3, 128", "全连接层", "输出"),
    "Japanese": ("入力画像", "畳み込み層", "プーリング", "全結合層", "出力"),
    "Korean": ("입력", "합성곱 3×3", "풀링", "완전연결", "출력"),
}


def chain(words: tuple[str, ...], sure: float = 1.0) -> Drawing:
    boxes = [Box((50, 10 + 48 * i, 250, 40 + 48 * i)) for i in range(len(words))]
    lines = [Connector(((150, 40 + 48 * i), (150, 58 + 48 * i)), head=True) for i in range(len(words) - 1)]
    labels = [
        Label(w, (60, 20 + 48 * i, 60 + 5 * len(w), 30 + 48 * i), 10, confidence=sure)
        for i, w in enumerate(words)
    ]
    return Drawing((0, 0, 300, 300), tuple(boxes), tuple(lines), tuple(labels))


def svg(words: tuple[str, ...], joined: bool = True) -> PictureReading:
    rows = range(len(words))
    boxes = "".join(f"M50 {10 + 60 * i}H250V{40 + 60 * i}H50z" for i in rows)
    lines = "".join(f"M150 {40 + 60 * i}V{70 + 60 * i}" for i in rows[:-1]) if joined else ""
    text = "".join(f'<text x="70" y="{30 + 60 * i}">{word}</text>' for i, word in enumerate(words))
    shapes = f'<path d="{boxes}{lines}" fill="none" stroke="black"/>'
    size = f'width="300" height="{60 * len(words)}"'
    body = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-size="12">{shapes}{text}</svg>'
    return read_picture(body.encode(), "net.svg")


@pytest.mark.parametrize("script", SCRIPTS)
def test_another_script_is_told_by_its_name(script: str) -> None:
    (finding,) = unread(chain(SCRIPTS[script]), FileSpan("net.svg"))
    assert finding.code is codes.SCRIPT_UNKNOWN
    assert f"letters are {script}" in finding.message
    assert "English" in finding.notes[0].message


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_network_of_unread_labels_is_hardly_sure(script: str) -> None:
    english = max(net.confidence or 1.0 for net in read_drawing(chain(ENGLISH)).nets)
    for net in read_drawing(chain(SCRIPTS[script])).nets:
        assert (net.confidence or 1.0) < 0.4 < english


def test_signs_of_mathematics_are_no_other_script() -> None:
    drawing = chain(("Input x", "σ", "λ · μ", "Conv 3x3, α", "Softmax"))
    assert foreign(drawing.labels) == (0.0, "")
    assert unread(drawing, FileSpan()) == ()


def test_some_foreign_words_beside_english_ones_are_let_pass() -> None:
    labels = chain((*ENGLISH, *ENGLISH, "Выход"))
    assert unread(labels, FileSpan()) == ()


def test_letters_that_pixels_leave_unclear_are_told() -> None:
    assert unread(chain(ENGLISH, 0.9), FileSpan()) == ()
    (finding,) = unread(chain(ENGLISH, 0.4), FileSpan())
    assert "100% of the text could not be made out" in finding.message


def test_a_label_much_longer_than_its_letters_was_not_made_out() -> None:
    row = Label("3×3, 64", (60, 20, 240, 32), 10, confidence=0.98)
    drawing = Drawing((0, 0, 300, 300), chain(ENGLISH).boxes, labels=(row,) * 4)
    assert unread_share(drawing) == 1


def test_specks_are_no_text() -> None:
    specks = [Label("i", (9 * i, 2, 9 * i + 3, 9), 9, confidence=0.1) for i in range(9)]
    drawing = chain(ENGLISH, 0.95)
    labels = (*drawing.labels, *specks)
    assert unread(Drawing(drawing.area, drawing.boxes, drawing.connectors, labels), FileSpan()) == ()


def test_a_picture_says_why_nothing_was_read() -> None:
    def why(reading: PictureReading) -> str:
        assert reading.nets == ()
        return reading.diagnostics[-1].notes[0].message

    assert "no line or arrow between them" in why(svg(ENGLISH, joined=False))
    assert "too few of its words" in why(svg(SCRIPTS["Arabic"]))
    assert {d.span.file for d in svg(SCRIPTS["Arabic"]).diagnostics if d.span} == {"net.svg"}


@given(st.lists(st.text(max_size=12), max_size=6))
def test_any_text_has_a_share_that_is_one(words: list[str]) -> None:
    drawing = chain(tuple(words))
    assert 0 <= unread_share(drawing) <= 1
    try:
        read_drawing(drawing)
    except DlcError as error:
        pytest.fail(str(error))
