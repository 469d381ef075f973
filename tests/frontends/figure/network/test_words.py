"""What a label's words say where they could be read in two ways."""

import pytest

from dlc.frontends.figure.network.habits import habits
from dlc.frontends.figure.network.reading import read_words


@pytest.mark.parametrize(
    "words", ["upsample 2x", "2× up-sampling", "Upsample, ×2", "×2 upsample", "x2 Upsampling"]
)
def test_a_count_beside_enlarging_is_its_factor(words: str) -> None:
    reading = read_words(words)
    assert [(step.op, step.attributes) for step in reading.steps] == [("upsample2d", {"size": 2})]
    assert reading.repeat == 1


@pytest.mark.parametrize("words", ["3x3 conv ×2", "2x conv", "×2 conv", "2x conv, upsample"])
def test_a_count_beside_other_layers_stays_a_count(words: str) -> None:
    reading = read_words(words)
    assert reading.repeat == 2
    assert all("size" not in step.attributes for step in reading.steps)


@pytest.mark.parametrize("others", [[], ["3x3 conv, 64"], ["conv-64", "max pool"], ["FC-100"]])
def test_a_lone_number_of_a_dense_layer_counts_its_units(others: list[str]) -> None:
    assert habits([*others, "FC-5"]).spelled("FC-5") == "FC 5"


@pytest.mark.parametrize(
    "others", [["conv4"], ["conv-4"], ["conv4_1"], ["pool4"], ["FC-6"], ["FC-4", "FC-6"]]
)
def test_a_number_among_numbered_layers_names_the_layer(others: list[str]) -> None:
    assert habits([*others, "FC-5"]).spelled("FC-5") == "FC-5"


def test_a_first_dense_layer_is_called_so_alone() -> None:
    assert habits(["FC-1"]).spelled("FC-1") == "FC-1"
