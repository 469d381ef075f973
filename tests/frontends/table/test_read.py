"""From tables to networks: what several tables, captions, braces and reported sizes say together."""

import pytest
from support.sheets import reading, rows, sheet, table

from dlc.diagnostics import codes
from dlc.frontends.table.design.facts import facts_of
from dlc.frontends.table.design.judge import judge
from dlc.frontends.table.design.sections import sections
from dlc.frontends.table.model import Cell, RowGroup, Table
from dlc.frontends.table.read import read_tables
from dlc.ir import Net, Node
from dlc.types import HOLE


def only(text: str) -> Net:
    (net,) = reading(text).nets
    return net


def ops(net: Net) -> list[str]:
    return [node.layer.op_name for node in net.body]


def named(net: Net, name: str) -> Node:
    return next(node for node in net.body if node.name == name)


LENET = """
Layer | Output | Kernel | Stride
Input | 28×28×1 | |
conv1 | 24×24×20 | 5×5 | 1
max pool | 12×12×20 | 2×2 | 2
fc | 10 | |
"""
PADDED = """
Layer | Output | Kernel | Stride | Pad
Input | 28×28×1 | | |
conv1 | 24×24×20 | 5×5 | 1 | 0
max pool | 12×12×20 | 2×2 | 2 | 0
fc | 10 | | |
"""


def test_a_chain_with_its_sizes() -> None:
    net = only("Table 1: The network.\n" + LENET)
    assert ops(net) == ["conv2d", "maxpool2d", "flatten", "dense"]
    assert net.body[2].inferred
    assert [str(node.declared) for node in net.body] == [
        "map[24, 24, 20]", "map[12, 12, 20]", "None", "vector[10]"
    ]  # fmt: skip
    assert str(net.inputs[0].type) == "map[28, 28, 1]"


def test_layers_know_their_cells() -> None:
    origin = named(only("Table 7: The network.\n" + LENET), "conv1").origin
    assert origin is not None
    assert (origin.kind, origin.number, origin.row, origin.column, origin.text) == (
        "table",
        "7",
        3,
        1,
        "conv1",
    )


def test_a_caption_turns_the_table_round() -> None:
    upward = only(
        "Table 1: Architecture, the first row is the output.\n"
        "Layer | Filters | Kernel\nfc | 10 |\nconv2 | 16 | 3×3\nconv1 | 8 | 3×3\n"
    )
    assert [n.name for n in upward.body if not n.inferred] == ["conv1", "conv2", "fc"]


def test_a_caption_states_what_holds_for_all_layers() -> None:
    said = facts_of(
        table(
            "Table 1: All convolutional layers use stride 2 and same padding; the slope of the leaky ReLU is 0.2.\n"
            "Layer | Filters\nconv | 8\n"
        )
    )
    assert (said.conv_stride, said.padding, said.leak) == (2, "same", 0.2)


@pytest.mark.parametrize(
    ("caption", "stride"),
    [
        ("Downsampling is performed by conv3_1 and conv4_1 with a stride of 2.", {"conv3_x": 2, "conv2_x": None}),
        ("The network.", {"conv3_x": None}),
    ],
)  # fmt: skip
def test_a_caption_tells_where_maps_shrink(caption: str, stride: dict[str, int | None]) -> None:
    facts = facts_of(table(f"Table 1: {caption}\nLayer | Filters\nconv | 8\n"))
    assert {label: facts.reduces(label) for label in stride} == stride


def test_sizes_give_strides_that_are_not_stated() -> None:
    net = only(
        "Table 1: The network.\nLayer | Output | Kernel | Filters\nInput | 32×32×3 | |\n"
        "conv1 | 16×16 | 3×3 | 8\nconv2 | 16×16 | 3×3 | 8\nfc | 10 | |\n"
    )
    assert [named(net, n).layer.attributes()["stride"] for n in ("conv1", "conv2")] == [(2, 2), (1, 1)]


def test_a_dense_layer_is_reshaped_to_the_map_that_is_reported() -> None:
    net = only(
        "Table 1: Generator.\nLayer | Output | Kernel\nz | 100 |\nLinear | 4×4×8 |\n"
        "deconv | 8×8×4 | 4×4\nconv | 8×8×3 | 3×3\n"
    )
    assert ops(net)[:3] == ["dense", "reshape", "conv2d_transpose"]
    assert net.body[0].layer.attributes()["units"] == 128
    assert net.body[2].layer.attributes()["stride"] == (2, 2)


def test_a_row_that_says_residual_adds_what_its_group_began_with() -> None:
    rows_ = [["Layer", "Filters", "Kernel"], ["conv", "8", "3×3"], ["conv", "4", "1×1"], ["conv", "8", "3×3"],
             ["residual", "", ""], ["fc", "10", ""]]  # fmt: skip
    cells = tuple(Cell(r, c, text=t, lines=(t,)) for r, row in enumerate(rows_) for c, t in enumerate(row))
    braced = Table(1, "1", "The network", 6, 3, cells, row_groups=(RowGroup(2, 4, "2"),))
    (net,) = read_tables([braced]).nets
    adds = [node for node in net.body if node.layer.op_name == "add"]
    assert [set(node.inputs) for node in adds] == [{"conv_3", "conv"}, {"conv_5", "add"}]


def test_a_generator_and_its_discriminator_are_two_networks() -> None:
    text = (
        "Layer | Filters | Kernel | Stride\nGenerator | | |\ndeconv | 8 | 4×4 | 2\ndeconv | 3 | 4×4 | 2\n"
        "Discriminator | | |\nconv | 8 | 4×4 | 2\nconv | 16 | 4×4 | 2\nfc | 1 | |\n"
    )
    assert [s.title for s in sections(rows(text))] == ["Generator", "Discriminator"]
    assert [net.name for net in reading("Table 1: The networks.\n" + text).nets] == [
        "generator", "discriminator"
    ]  # fmt: skip


def test_parts_of_one_network_stay_together() -> None:
    text = (
        "Layer | Filters | Kernel | Stride\nEncoder | | |\nconv | 8 | 4×4 | 2\nconv | 16 | 4×4 | 2\n"
        "Decoder | | |\ndeconv | 8 | 4×4 | 2\ndeconv | 3 | 4×4 | 2\n"
    )
    assert ops(only("Table 1: The network.\n" + text)) == ["conv2d"] * 2 + ["conv2d_transpose"] * 2


def test_rows_name_what_feeds_them() -> None:
    net = only(
        "Table 1: The network.\nName | Kernel | Filters | Input\nconv1 | 3×3 | 8 | image\n"
        "conv2 | 3×3 | 8 | conv1\nconv3 | 1×1 | 8 | conv1+conv2\n"
    )
    joint = next(node for node in net.body if node.layer.op_name == "concat")
    assert joint.inputs == ("conv1", "conv2")
    assert named(net, "conv3").inputs == (joint.name,)


def test_another_table_defines_a_block() -> None:
    net = reading(
        """
        Table 1: Bottleneck residual block transforming from k to k' channels, with stride s and expansion t.
        Input | Operator | Output
        h × w × k | 1x1 conv2d, ReLU6 | h × w × tk
        h × w × tk | 3x3 dwise s=s, ReLU6 | h/s × w/s × tk
        h/s × w/s × tk | linear 1x1 conv2d | h/s × w/s × k'
        Table 2: The network.
        Input | Operator | t | c | n | s
        224×224×3 | conv2d | - | 32 | 1 | 2
        112×112×32 | bottleneck | 6 | 16 | 2 | 1
        112×112×16 | conv2d 1x1 | - | 64 | 1 | 1
        112×112×64 | avgpool 112×112 | - | - | 1 | -
        """
    ).nets[-1]
    assert "opaque" not in ops(net)
    assert ops(net).count("depthwise_conv2d") == 2
    assert ops(net).count("add") == 1  # the first changes the width


def test_a_table_that_goes_on_is_one_network() -> None:
    (net,) = reading(
        """
        Table 1: The network.
        # | Layer | Filters | Kernel
        1 | conv | 8 | 3×3
        2 | conv | 8 | 3×3
        Table 2: The network (cont.).
        # | Layer | Filters | Kernel
        3 | conv | 16 | 3×3
        4 | fc | 10 |
        """
    ).nets
    assert ops(net) == ["conv2d", "conv2d", "conv2d", "flatten", "dense"]


def test_networks_side_by_side_share_what_one_cell_says() -> None:
    found = reading(
        "Table 1: ConvNet configuration.\nlayer | A | B\n1 | conv3-64 | conv3-32\n2 | maxpool | maxpool\n"
        "3 | FC-4096 | FC-1024\n4 | FC-10 | FC-10\n"
    ).nets
    assert [net.body[0].layer.attributes()["filters"] for net in found] == [64, 32]
    assert len({net.name for net in found}) == 2


def test_a_size_that_contradicts_is_told_at_its_cell_and_not_asserted() -> None:
    found = reading("Table 1: The network, with valid padding.\n" + PADDED.replace("12×12×20", "11×11×20"))
    (finding,) = [d for d in found.diagnostics if d.code == codes.SIZE_CONTRADICTS]
    assert str(finding.span).endswith("table 1, row 4, column 1")
    pool = found.nets[0].body[1]
    assert pool.declared is None
    assert pool.confidence is not None
    assert pool.confidence < 0.8
    assert (found.nets[0].confidence or 1.0) < 0.95


def test_a_size_that_no_padding_gives_is_doubted() -> None:
    found = reading("Table 1: The network.\n" + LENET.replace("12×12×20", "11×11×20"))
    (finding,) = [d for d in found.diagnostics if d.code == codes.SIZE_CONTRADICTS]
    assert "no filling of pool: padding" in finding.message
    assert str(finding.span).endswith("table 1, row 4, column 1")
    assert (found.nets[0].body[1].confidence, found.nets[0].confidence) == (0.7, 0.9)


def test_an_open_stride_gives_way_to_a_size() -> None:
    """Unlike a stated one, a padding or a stride that is left open is no contradiction."""
    found = reading("Table 1: The network.\n" + LENET.replace("| 2×2 | 2", "| 2×2 |"))
    assert not [d for d in found.diagnostics if d.severity.value == "warning"]


def test_values_of_unlike_sizes_are_brought_together() -> None:
    found = reading(
        "Table 1: The network.\nName | Type | Kernel | Stride | Filters | Output | Input\n"
        "conv1 | conv | 3×3 | 2 | 8 | 16×16 | image\nconv2 | conv | 3×3 | 2 | 8 | 8×8 | conv1\n"
        "conv3 | conv | 3×3 | 1 | 4 | 16×16 | conv1+conv2\n"
    )
    (net,) = found.nets
    assert [op for op in ops(net) if not op.startswith("conv2d")] == ["upsample2d", "concat"]
    assert [d for d in found.diagnostics if d.code == codes.GUESSED]


def test_what_was_not_understood_is_told_at_its_cell() -> None:
    found = reading("Table 1: The network.\n" + LENET.replace("max pool", "warp drive"))
    (finding,) = [d for d in found.diagnostics if d.code == codes.ROW_NOT_READ]
    assert str(finding.span).endswith("table 1, row 4, column 1")
    assert "opaque" in ops(found.nets[0])


def test_the_judge_gives_its_reasons() -> None:
    design, results = (
        "Layer | Kernel | Filters\nconv1 | 3×3 | 8\nconv2 | 3×3 | 8\nfc | | 10\n",
        "Method | Layers | Error\nconv net | 3 | 28.5\ndeep conv net | 8 | 22.9\n",
    )
    verdicts = [
        judge(table(f"Table 1: {caption}\n{text}"), sheet(text), rows(text))
        for caption, text in (("Architecture.", design), ("Results.", results))
    ]
    assert [v.design for v in verdicts] == [True, False]
    assert all(v.reasons for v in verdicts)
    worse = judge(
        table(f"Table 1: Effect of kernel sizes on accuracy.\n{design}"), sheet(design), rows(design)
    )
    assert worse.confidence < verdicts[0].confidence


def test_a_word_among_sizes_is_told_and_left_open() -> None:
    read = reading("Table 1: The network.\n" + LENET.replace("5×5", "banana"))
    found = [d for d in read.diagnostics if d.code == codes.ROW_NOT_READ]
    assert [str(d.span) for d in found] == ["<input>: table 1, row 3, column 3"]
    assert "«banana»" in found[0].message
    assert named(read.nets[0], "conv1").layer.kernel is HOLE
