"""Which figures are taken for designs, and of which kind; how the trees that decide are kept and fitted."""

from __future__ import annotations

import random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from dlc.frontends.figure.classify.captions import WEIGHED, weighed, weights
from dlc.frontends.figure.classify.drawn import of_drawing
from dlc.frontends.figure.classify.features import Evidence, features
from dlc.frontends.figure.classify.fit import Example, _held_out, fit, report
from dlc.frontends.figure.classify.judge import LEAST, FeatureJudge, Kind, kind_of
from dlc.frontends.figure.classify.trees import Split, Trees, fitted
from dlc.frontends.figure.drawing import Box, Connector, Drawing, Label, Outline

WORDS = ("Input", "conv 3x3, 64", "max pool 2x2", "conv 3x3, 128", "fc 4096", "softmax")
AREA = (0.0, 0.0, 200.0, 300.0)


def chain(outline: Outline = Outline.RECTANGLE) -> Drawing:
    """Boxes with names of layers, joined by arrows."""
    boxes = [Box((50, 10 + 48 * i, 150, 40 + 48 * i), outline) for i in range(len(WORDS))]
    arrows = [Connector(((100, 40 + 48 * i), (100, 58 + 48 * i)), head=True) for i in range(len(WORDS) - 1)]
    labels = [Label(w, (60, 20 + 48 * i, 140, 30 + 48 * i), 9) for i, w in enumerate(WORDS)]
    return Drawing(AREA, tuple(boxes), tuple(arrows), tuple(labels))


def plot() -> Drawing:
    """Two axes with ticks and numbers, and curves."""
    numbers = [Label(str(10 * i), (20 + 20 * i, 285, 30 + 20 * i, 293), 7) for i in range(8)]
    numbers += [Label(f"0.{i}", (2, 270 - 30 * i, 14, 278 - 30 * i), 7) for i in range(8)]
    axes = [Connector(((18, 280), (190, 280))), Connector(((18, 280), (18, 20)))]
    return Drawing(AREA, (), tuple(axes), tuple(numbers), ticks=16, curves=4)


def picture(drawing: Drawing) -> Image.Image:
    made = Image.new("RGB", (400, 600), "white")
    pen = ImageDraw.Draw(made)
    for box in drawing.boxes:
        pen.rectangle([2 * side for side in box.area], outline="black", fill=(220, 230, 250), width=2)
    for line in drawing.connectors:
        pen.line([(2 * x, 2 * y) for x, y in line.points], fill="black", width=2)
    for label in drawing.labels:
        pen.text((2 * label.area[0], 2 * label.area[1]), label.text, fill="black")
    return made


DESIGN = "The architecture of our convolutional network: each block has two layers followed by pooling."
RESULTS = "Test error and accuracy versus number of training epochs for different learning rates."


def test_a_chain_of_named_boxes_is_a_design_and_a_plot_is_none() -> None:
    judge = FeatureJudge()
    design = judge.judge(Evidence(DESIGN, chain(), picture(chain())))
    results = judge.judge(Evidence(RESULTS, plot(), picture(plot())))
    assert design.design
    assert design.confidence > 0.8
    assert not results.design
    assert results.confidence < 0.1


@pytest.mark.parametrize("missing", ["caption", "drawing", "picture"])
def test_there_is_a_verdict_whatever_is_missing(missing: str) -> None:
    known = {"caption": DESIGN, "drawing": chain(), "picture": picture(chain())}
    other = {"caption": RESULTS, "drawing": plot(), "picture": picture(plot())}
    judge = FeatureJudge()
    for evidence in (known, other):
        evidence.pop(missing)
    assert judge.judge(Evidence(**known)).confidence > judge.judge(Evidence(**other)).confidence  # type: ignore[arg-type]
    assert 0 <= judge.judge(Evidence()).confidence <= 1


def test_that_a_drawing_came_from_pixels_is_known() -> None:
    assert features(Evidence(drawing=chain()), {})["pixels"] == 0
    assert features(Evidence(drawing=chain(), pixels=True), {})["pixels"] == 1
    assert "pixels" not in features(Evidence(DESIGN), {})


@pytest.mark.parametrize(
    ("outline", "kind"),
    [
        (Outline.RECTANGLE, Kind.BOXES),
        (Outline.ROUNDED, Kind.BOXES),
        (Outline.STACK, Kind.STACKS),
        (Outline.CUBOID, Kind.SOLIDS),
        (Outline.IMAGE, Kind.PIPELINE),
    ],
)
def test_kinds_by_what_is_drawn(outline: Outline, kind: Kind) -> None:
    assert kind_of(chain(outline)) is kind


def test_columns_of_circles_are_neurons() -> None:
    circles = tuple(
        Box((20 * x, 20 * y, 20 * x + 12, 20 * y + 12), Outline.CIRCLE) for x in range(3) for y in range(5)
    )
    assert kind_of(Drawing(AREA, circles)) is Kind.NEURONS


@given(st.dictionaries(st.sampled_from(["white", "heads", "first architecture", "named"]), st.floats(0, 2)))
def test_a_probability_is_one_for_any_features(found: dict[str, float]) -> None:
    assert 0 <= fitted().probability(found) <= 1


def test_trees_are_kept_as_text() -> None:
    made = Trees(-0.5, 0.1, (Split("white", 0.5, -1.0, Split("heads", 0.25, 0.5, 2.0)), 0.125))
    assert Trees.from_json(made.to_json()) == made
    assert made.probability({"white": 0.9, "heads": 0.9}) > made.probability({"white": 0.1})


def test_fitting_finds_what_tells_the_figures_apart() -> None:
    draw = random.Random(1)
    made = []
    for number in range(160):
        design = number % 2 == 0
        told = {"heads": draw.gauss(1.0 if design else 0.2, 0.2), "circles": draw.random()}
        made.append(Example(str(number), "train", design, told))
    trees = fit(made[:100])
    assert trees.to_json() == fit(made[:100]).to_json()
    asked = [split.feature for split in trees.trees if isinstance(split, Split)]
    assert asked.count("heads") > asked.count("circles")
    recall, precision = (float(word.rstrip(",")) for word in report(trees, made[100:], LEAST).split()[3::2])
    assert min(recall, precision) > 0.9


def test_words_of_captions_weigh_by_what_they_stood_over() -> None:
    captions = ["Layout of our stem", "Layout of the tail", "A layout", "Layout of it"] + [
        "Speed on a phone"
    ] * 4
    learnt = weights(captions, [True] * 4 + [False] * 4)
    assert learnt["layout"] > 0 > learnt["phone"]
    assert "stem" not in learnt  # seen too seldom
    assert (
        weighed("Figure 3: The layouts of two nets", learnt) > 0 > weighed("Speed of nets on phones", learnt)
    )
    assert weighed("", learnt) == 0


def test_what_a_caption_says_is_not_learnt_from_itself() -> None:
    made = [
        Example(str(i), "train", i % 2 == 0, {"heads": i % 2, WEIGHED: 9.0}, f"word{'ab'[i % 2]}", f"p{i}")
        for i in range(40)
    ]
    alone = [attrs.evolve(example, paper="one") for example in made]
    assert {told[WEIGHED] for told in _held_out(alone)} == {0.0}  # nothing is known of other papers
    assert all((told[WEIGHED] > 0) == e.design for told, e in zip(_held_out(made), made, strict=True))


def test_numbers_in_equal_steps_are_a_scale() -> None:
    axis = [Label(f"0.{i}", (20 * i, 10, 20 * i + 9, 18), 8) for i in range(2, 8)]
    sizes = [Label(str(n), (20 * i, 40, 20 * i + 9, 48), 8) for i, n in enumerate((3, 64, 128, 10))]
    assert of_drawing(Drawing(AREA, labels=tuple(axis)))["scales"] == 1
    assert of_drawing(Drawing(AREA, labels=tuple(sizes)))["scales"] == 0


def test_without_a_caption_drawing_and_picture_decide() -> None:
    judge = FeatureJudge()
    assert judge.judge(Evidence("", chain(), picture(chain()))).confidence > 0.8
    assert judge.judge(Evidence("", plot(), picture(plot()))).confidence < 0.2
