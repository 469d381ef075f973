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


def first(words: str) -> tuple[str | None, dict[str, object]]:
    """The first layer of words, and what they state of it."""
    step = read_words(words).steps[0]
    return step.op, dict(step.attributes)


@pytest.mark.parametrize(
    ("words", "op", "stated"),
    [
        ("Conv 7x7+2(S)", "conv2d", {"kernel": (7, 7), "stride": (2, 2), "padding": "same"}),
        ("AveragePool 7x7+1(V)", "avgpool2d", {"kernel": (7, 7), "stride": (1, 1), "padding": "valid"}),
        ("256, 1x1, 128", "conv2d", {"kernel": (1, 1), "filters": 128}),
        ("128, 3x3, 128 group = 32", "conv2d", {"kernel": (3, 3), "filters": 128, "groups": 32}),
        ("Rate 6, 3x3 Conv", "conv2d", {"kernel": (3, 3), "dilation": (6, 6)}),
        ("Max Pool 1x2x2", "maxpool3d", {"kernel": (1, 2, 2)}),
        ("1x1x1 conv, 64", "conv3d", {"kernel": (1, 1, 1), "filters": 64}),
        ("Temporal Conv", "conv1d", {}),
        ("Linear Projection of Flattened Patches", "dense", {}),
        ("Linear Embedding", "dense", {}),
    ],
)
def test_ways_of_writing_of_known_papers(words: str, op: str, stated: dict[str, object]) -> None:
    assert first(words) == (op, stated)


@pytest.mark.parametrize(
    ("words", "op", "stated"),
    [
        ("64, 3x3, 2", "conv2d", {"kernel": (3, 3), "filters": 64}),
        ("3x3x3 conv", "conv2d", {"kernel": (3, 3)}),
        ("5x5x48 conv", "conv2d", {"kernel": (5, 5)}),
        ("Dropout rate 0.5", "dropout", {"rate": 0.5}),
        ("1D CNN, 64", "conv1d", {"filters": 64}),
    ],
)
def test_ways_of_writing_that_look_alike(words: str, op: str, stated: dict[str, object]) -> None:
    assert first(words) == (op, stated)


@pytest.mark.parametrize("words", ["learning rate 0.1", "rate 0.5", "momentum 0.9"])
def test_other_rates_are_no_layers(words: str) -> None:
    assert all(step.op == "opaque" for step in read_words(words).steps)


@pytest.mark.parametrize(
    "words", ["Pre-trained CNN", "CNN", "Transformer Encoder", "Patch Partition", "PixelShuffle x2"]
)
def test_what_is_more_than_one_layer_is_a_block_of_its_name(words: str) -> None:
    reading = read_words(words)
    assert [(step.op, step.type) for step in reading.steps] == [("opaque", words)]
    assert reading.repeat == 1


@pytest.mark.parametrize(
    ("others", "spelled"),
    [
        (["CONV 2"], "CONV_1"),
        (["Conv 2", "Conv 3"], "CONV_1"),
        (["conv 64"], "CONV 1"),
        (["pool 2"], "CONV 1"),
    ],
)
def test_numbers_of_layers_are_names(others: list[str], spelled: str) -> None:
    assert habits([*others, "CONV 1"]).spelled("CONV 1") == spelled


@pytest.mark.parametrize("words", ["conv 1x1", "fc 10", "2 conv 3x3"])
def test_numbers_among_others_stay(words: str) -> None:
    assert habits(["conv 2x2", "fc 100", words]).spelled(words) == words


@pytest.mark.parametrize("words", ["2× up", "2x up"])
def test_up_is_enlarging(words: str) -> None:
    assert [(step.op, step.attributes) for step in read_words(words).steps] == [
        ("upsample2d", {"size": (2, 2)})
    ]


@pytest.mark.parametrize(
    ("words", "op", "attributes"),
    [("FC1 512", "dense", {"units": 512}), ("Softmax 10", "softmax", {"classes": 10})],
)
def test_a_number_behind_a_layers_name_is_no_size_and_no_count(
    words: str, op: str, attributes: dict[str, int]
) -> None:
    reading = read_words(words)
    assert reading.repeat == 1
    assert [(step.op, step.attributes) for step in reading.steps] == [(op, attributes)]


@pytest.mark.parametrize("words", ["non maximum suppression", "Trains a child network to get its accuracy"])
def test_steps_of_a_method_and_explanations_are_no_layers(words: str) -> None:
    assert read_words(words).steps == ()


def test_a_third_number_of_a_window_counts_filters() -> None:
    figure = habits(["Input 32×32×3", "Conv1 5×5×32", "Conv2 5x5x64"])
    assert figure.spelled("Conv1 5×5×32") == "Conv1 5×5, 32"
    assert figure.spelled("Conv2 5x5x64") == "Conv2 5x5, 64"
    assert figure.spelled("Pool 5×5×32") == "Pool 5×5×32"


@pytest.mark.parametrize("first", ["Conv1 11×11×3", "Conv 3x3x1"])
def test_a_third_number_of_a_picture_counts_what_goes_in(first: str) -> None:
    assert habits([first, "Conv2 5×5×64"]).spelled("Conv2 5×5×64") == "Conv2 5×5×64"


@pytest.mark.parametrize("words", ["96 conv 5×5×48", "conv 5×5×48, 96 filters", "conv 5×5×5"])
def test_a_third_number_is_no_count_beside_one_or_in_a_volume(words: str) -> None:
    assert habits(["conv 7×7×32", words]).spelled(words) == words


def test_windows_of_functions_are_convolutions() -> None:
    figure = habits(["θ: 1×1×1", "g: 1x1x1", "1×1×1", "T×H×W"])
    assert [figure.spelled(words) for words in ("θ: 1×1×1", "1x1x1")] == ["1×1×1 conv", "1x1x1 conv"]
    assert figure.spelled("T×H×W") == "T×H×W"
    assert habits(["1×1×1"]).spelled("1×1×1") == "1×1×1"
