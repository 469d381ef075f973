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


@pytest.mark.parametrize("words", ["15×CSPDark", "15 × CSPDark", "15 x CSPDark", "CSPDark ×15"])
def test_a_count_may_touch_what_it_counts(words: str) -> None:
    reading = read_words(words)
    assert reading.repeat == 15
    assert [step.type for step in reading.steps] == ["CSPDark"]


@pytest.mark.parametrize("words", ["2×downsampling", "4×upsampling", "2×pooling", "n×d block"])
def test_a_factor_is_no_count(words: str) -> None:
    assert read_words(words).repeat == 1


@pytest.mark.parametrize("words", ["conv 1x1, Linear", "1x1 conv + linear", "DWConv 3x3, linear"])
def test_linear_behind_a_convolution_is_no_layer_with_weights(words: str) -> None:
    assert [step.op for step in read_words(words).steps][-1] == "linear"


@pytest.mark.parametrize("words", ["Linear", "relu, linear", "conv, linear 10"])
def test_linear_elsewhere_is_a_dense_layer(words: str) -> None:
    assert [step.op for step in read_words(words).steps][-1] == "dense"


@pytest.mark.parametrize("words", ["sep 5x5", "5x5 sep", "sep conv 5x5"])
def test_sep_beside_a_window_is_a_separable_convolution(words: str) -> None:
    (step,) = read_words(words).steps
    assert (step.op, step.attributes["kernel"]) == ("separable_conv2d", (5, 5))


@pytest.mark.parametrize("words", ["current input", "Current Label", "current memory"])
def test_current_is_not_recurrent(words: str) -> None:
    assert all(step.op != "rnn" for step in read_words(words).steps)


@pytest.mark.parametrize("words", ["recurrent", "recurent layer"])
def test_recurrent_stays_so_with_a_slip(words: str) -> None:
    assert [step.op for step in read_words(words).steps] == ["rnn"]


@pytest.mark.parametrize(
    ("others", "spelled"),
    [(["conv4/1"], "conv4_2"), (["conv4/2"], "conv4/2"), (["conv5/1"], "conv4/2"), ([], "conv4/2")],
)
def test_numbers_behind_one_name_are_its_parts(others: list[str], spelled: str) -> None:
    assert habits([*others, "conv4/2"]).spelled("conv4/2") == spelled


@pytest.mark.parametrize(
    ("others", "op"),
    [
        (["Multi-Head Attention"], "layernorm"),
        (["MLP"], "layernorm"),
        (["Feed Forward"], "layernorm"),
        (["3x3 conv"], "lrn"),
        ([], "lrn"),
    ],
)
def test_norm_beside_attention_is_that_of_layers(others: list[str], op: str) -> None:
    assert [step.op for step in read_words(habits([*others, "Norm"]).spelled("Norm")).steps] == [op]


@pytest.mark.parametrize("words", ["Batch Norm", "L2-norm", "Norm1", "group normalization"])
def test_norms_with_names_keep_them(words: str) -> None:
    assert habits(["Attention", words]).spelled(words) == words
