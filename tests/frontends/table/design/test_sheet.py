"""How a table is laid out: which way its layers run, what its columns are for, which rows belong together."""

from support.sheets import sheet, table

from dlc.frontends.table.design.roles import Role
from dlc.frontends.table.design.sheet import sheets
from dlc.frontends.table.design.variants import variants

DOWN = """
Layer | Kernel | Stride | Filters
conv1 | 5×5 | 1 | 6
pool1 | 2×2 | 2 | -
fc | - | - | 10
"""
ACROSS = """
Layer | conv1 | pool1 | conv2 | fc
Kernel | 5×5 | 2×2 | 3×3 | -
Filters | 6 | - | 16 | 10
"""


def roles(text: str) -> list[Role]:
    return [column.role for column in sheet(text).columns]


def test_layers_down_the_rows() -> None:
    assert roles(DOWN) == [Role.LABEL, Role.KERNEL, Role.STRIDE, Role.FILTERS]
    assert not sheet(DOWN).across
    assert sheet(DOWN).rows == 3


def test_layers_along_the_columns() -> None:
    found = sheet(ACROSS)
    assert found.across
    assert found.rows == 4
    assert [c.role for c in found.columns] == [Role.LABEL, Role.KERNEL, Role.FILTERS]


def test_cells_decide_what_a_header_leaves_open() -> None:
    size = "Layer | Size | Filters\nconv | {} | 6\nconv | {} | 16\nconv | {} | 32\n"
    assert roles(size.format("5×5", "3×3", "3×3"))[1] is Role.KERNEL
    assert roles(size.format("28×28", "14×14", "7×7"))[1] is Role.OUTPUT
    filters = "Layer | Filters\nconv | {}\nconv | {}\n"
    assert roles(filters.format("6", "16"))[1] is Role.FILTERS
    assert roles(filters.format("5×5", "3×3"))[1] is Role.KERNEL
    assert roles("Layer | Input\nconv1 | image\nconv2 | conv1\nconv3 | conv2\n")[1] is Role.SOURCE


def test_ditto_marks_repeat_what_stands_above() -> None:
    found = sheet('Layer | Kernel | Filters\nconv1 | 3×3 | 8\nconv2 | " | same as above\n')
    assert [c.text for c in found.columns[1].cells] == ["3×3", "3×3"]
    assert [c.text for c in found.columns[2].cells] == ["8", "8"]


def test_parts_side_by_side_are_sheets_of_their_own() -> None:
    found = sheets(
        table("Layer | Filters | Layer | Filters\nconv1 | 8 | conv3 | 8\nconv2 | 16 | conv4 | 3\n")
    )
    assert [s.columns[0].cells[0].text for s in found] == ["conv1", "conv3"]


def test_counts_beside_rows_group_them() -> None:
    found = sheet(
        """
         | Type | Filters | Size
         | Convolutional | 64 | 3×3
        2× | Convolutional | 32 | 1×1
         | Convolutional | 64 | 3×3
         | Residual | |
         | Convolutional | 128 | 3×3
        """
    )
    assert found.groups == ((1, 3, "2"),)


def test_columns_of_one_kind_are_networks_of_their_own() -> None:
    found = variants(
        sheet("layer | A | B\n1 | conv3-64 | conv3-32\n2 | maxpool | maxpool\n3 | FC-10 | FC-10\n")
    )
    assert [v.title for v in found] == ["A", "B"]


def test_a_title_is_told_without_the_name_of_the_hyper_parameter() -> None:
    found = variants(
        sheet(
            "Layer | KSize | Output channels 0.5× | Output channels 1×\nconv1 | 3×3 | 24 | 48\nfc | | 10 | 10\n"
        )
    )
    assert [v.title for v in found] == ["0.5×", "1×"]


def test_one_width_is_one_network() -> None:
    assert [v.title for v in variants(sheet(DOWN))] == [None]
