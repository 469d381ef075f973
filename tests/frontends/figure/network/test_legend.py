"""What short lines with words beside them say, and when they say nothing."""

from dlc.frontends.figure.drawing import Colour, Connector, Drawing, Label
from dlc.frontends.figure.network.legend import legend
from dlc.frontends.figure.network.scene import scene

RED, BLUE = (200, 40, 40), (40, 40, 200)


def sample(top: float, colour: Colour) -> Connector:
    return Connector(points=((0, top), (20, top)), colour=colour)


def words(top: float, text: str) -> Label:
    return Label(text=text, area=(24, top - 5, 24 + 6 * len(text), top + 5), size=10)


def drawn(*parts: Connector | Label) -> Drawing:
    lines = tuple(p for p in parts if isinstance(p, Connector))
    return Drawing(
        area=(0, 0, 200, 200), connectors=lines, labels=tuple(p for p in parts if isinstance(p, Label))
    )


def test_lines_of_two_colours_with_words_are_a_legend() -> None:
    parts = (sample(20, RED), words(20, "conv"), sample(40, BLUE), words(40, "max pooling"))
    assert [text for _, _, text in legend(scene(drawn(*parts))).lines] == ["conv", "max pooling"]


def test_pieces_of_one_drawing_with_a_word_beside_them_are_none() -> None:
    parts = (sample(19, RED), sample(21, RED), words(20, "Positional"))
    assert legend(scene(drawn(*parts))).lines == ()


def test_lines_that_look_alike_tell_nothing_apart() -> None:
    parts = (sample(20, RED), words(20, "conv"), sample(40, RED), words(40, "max pooling"))
    assert legend(scene(drawn(*parts))).lines == ()
