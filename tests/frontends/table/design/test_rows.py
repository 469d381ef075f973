"""What a row says: its layers with the numbers of its columns, its sizes, its sources; and what is no row."""

import pytest
from support.sheets import operations, rows

from dlc.frontends.table.design.parts import Stack, layers_of


def attributes(text: str) -> list[tuple[str, dict[str, object]]]:
    """The layers of the only row under some headers."""
    (stage,) = rows(text)
    return [(layer.op, dict(layer.attributes)) for layer in layers_of(stage.parts)]


def test_columns_add_what_the_label_leaves_open() -> None:
    found = attributes(
        "Layer | Kernel | Stride | Pad | Filters | Activation\nconv1 | 5×3 | 2 | 1 | 6 | ReLU\n"
    )
    assert found == [("conv2d", {"kernel": (5, 3), "stride": 2, "padding": 1, "filters": 6}), ("relu", {})]


def test_a_width_makes_a_dense_layer_of_so_many_units() -> None:
    assert attributes("Layer | Units\nfully connected | 128\n") == [("dense", {"units": 128})]


def test_dropout_normalisation_and_pooling_have_columns_too() -> None:
    (stage,) = rows("Layer | Filters | Kernel | BN | Pool | Dropout\nconv | 8 | 3×3 | ✓ | 2×2 | 0.5\n")
    assert sorted(operations(stage)) == ["batchnorm", "conv2d", "dropout", "pool"]
    assert operations(stage)[0] == "conv2d"


def test_a_column_that_says_no_adds_nothing() -> None:
    (stage,) = rows("Layer | Filters | Kernel | BN | Dropout\nconv | 8 | 3×3 | no | -\n")
    assert operations(stage) == ["conv2d"]


def test_a_count_repeats_the_row() -> None:
    first, second = rows("Layer | Filters | Kernel | Repeat\nconv | 8 | 3×3 | 3\nconv 1x1 x2 | 16 | | 1\n")
    assert isinstance(first.parts[0], Stack)
    assert first.parts[0].repeat == 3
    assert next(layers_of(second.parts)).phrase.repeat == 2


def test_brackets_are_a_block_with_its_count() -> None:
    stage = rows(
        "layer name | output size | 18-layer\nconv1 | 112×112 | 7×7, 64, stride 2\n"
        "conv2_x | 56×56 | [3×3, 64; 3×3, 64] ×2\n"
    )[1]
    (block,) = stage.parts
    assert isinstance(block, Stack)
    assert (block.repeat, len(list(layers_of(block.parts)))) == (2, 2)


def test_sizes_before_and_after() -> None:
    first, second = rows(
        "Layer | Input | Output\nconv 3×3, 8 | 32×32×3 | 30×30×8\npool | 30×30×8 | 15×15×8\n"
    )
    assert (first.into, first.out) == ((32, 32, 3), (30, 30, 8))
    assert (second.into, second.out) == ((30, 30, 8), (15, 15, 8))


def test_one_column_may_state_both() -> None:
    (stage,) = rows("Layer | In → Out | Kernel\nconv | 3 → 64 | 3×3\n")
    assert (stage.channels_in, next(layers_of(stage.parts)).attributes["filters"]) == (3, 64)


def test_sources_are_names_of_rows() -> None:
    stages = rows(
        "Name | Type | Connected to\na | conv 3×3, 8 | input\nb | conv 1×1, 8 | a\nc | add | a, b\n"
    )
    assert [s.sources for s in stages] == [("input",), ("a",), ("a", "b")]


@pytest.mark.parametrize("total", ["Total", "Total params: 431k", "# parameters", "FLOPs"])
def test_sums_are_no_rows(total: str) -> None:
    stages = rows(f"Layer | Filters | Params\nconv 3×3 | 8 | 80\nfc | 10 | 90\n{total} | | 170\n")
    assert [operations(s) for s in stages] == [["conv2d"], ["dense"]]


def test_an_unknown_row_is_kept_with_what_it_states() -> None:
    stage = rows("Layer | Output\nconv 3×3, 8 | 28×28×8\nwarp drive | 14×14×8\nfc 10 | 10\n")[1]
    assert operations(stage) == ["opaque"]
    assert "warp drive" in stage.unread
    assert stage.cell is not None
    assert (stage.cell.row, stage.cell.column) == (2, 0)


def test_an_unknown_row_that_states_nothing_is_told_of_and_left_out() -> None:
    stage = rows("Layer | Output\nconv 3×3, 8 | 28×28×8\nRepeat block 1 as needed |\nfc 10 | 10\n")[1]
    assert stage.parts == ()
    assert "Repeat block 1" in stage.unread


def test_a_row_of_a_title_alone_heads_others() -> None:
    stage = rows("Layer | Output\nEncoder |\nconv 3×3, 8 | 28×28×8\nfc 10 | 10\n")[0]
    assert (stage.title, stage.parts, stage.unread) == ("Encoder", (), "")


def test_numbers_of_layers_are_labels() -> None:
    stages = rows("No. | Layer | Filters\n1 | conv 3×3 | 8\n2 | pool 2×2 |\n3 | fc | 10\n")
    assert [s.label for s in stages] == ["1", "2", "3"]
    assert [operations(s) for s in stages] == [["conv2d"], ["pool"], ["dense"]]


def test_a_first_symbol_with_a_size_goes_in() -> None:
    stages = rows("Generator | Kernel | Output shape\nz | - | 128\nLinear | - | 4×4×8\nconv | 3×3 | 4×4×3\n")
    assert operations(stages[0]) == ["input"]
    assert stages[0].out == (128,)


def test_frames_make_convolutions_over_time() -> None:
    stages = rows("Layer | Layer context | Output\nframe1 | {t-2, t, t+2} | 512\nframe2 | {t} | 512\n")
    (layer,) = layers_of(stages[0].parts)
    assert (layer.op, dict(layer.attributes)) == (
        "conv1d",
        {"filters": 512, "kernel": (3,), "dilation": (2,)},
    )
