"""Headers: words that papers put over columns, and the roles that they give."""

import pytest

from dlc.frontends.table.design.headers import header
from dlc.frontends.table.design.roles import Role


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Layer (type)", Role.LABEL),
        ("Operator", Role.LABEL),
        ("Kernel size", Role.KERNEL),
        ("Filter Size (h×w)", Role.KERNEL),
        ("patch size/stride", Role.KERNEL_STRIDE),
        ("Stride S", Role.STRIDE),
        ("s", Role.STRIDE),
        ("#filters", Role.FILTERS),
        ("No. of feature maps", Role.FILTERS),
        ("Channels C_i", Role.FILTERS),
        ("#out", Role.FILTERS),
        ("Output size (pixels)", Role.OUTPUT),
        ("Output Shape", Role.OUTPUT),
        ("Resolution H_i × W_i", Role.INPUT),
        ("In/Out", Role.IN_OUT),
        ("Ch I/O", Role.IN_OUT),
        ("Connected to", Role.SOURCE),
        ("exp size", Role.EXPANDED),
        ("NL", Role.ACTIVATION),
        ("SE", Role.SQUEEZE),
        ("Param #", Role.PARAMS),
        ("Layer context", Role.CONTEXT),
        ("Number of neurons", Role.UNITS),
        ("Mult-Adds", Role.IGNORED),
    ],
)
def test_a_header_gives_its_role(text: str, role: Role) -> None:
    assert header(text).role is role


@pytest.mark.parametrize("text", ["Convolutlonal kernel size", "Numbr of filters", "Output sizc"])
def test_a_slip_is_forgiven(text: str) -> None:
    assert header(text).role is not Role.UNKNOWN


@pytest.mark.parametrize("text", ["18-layer", "7×7 conv, stride 2", "VGG-16", "Top-1 error", ""])
def test_what_is_no_header_is_unknown(text: str) -> None:
    assert header(text).role in (Role.UNKNOWN, Role.IGNORED)


@pytest.mark.parametrize(
    ("text", "kernel", "reduces", "double"),
    [
        ("#1×1", 1, False, False),
        ("#3×3 reduce", 3, True, False),
        ("#5×5", 5, False, False),
        ("double #3×3 reduce", 3, True, True),
        ("pool proj", 0, False, False),
    ],
)
def test_columns_of_inception_tables_are_branches(
    text: str, kernel: int, reduces: bool, double: bool
) -> None:
    branch = header(text).branch
    assert branch is not None
    assert (branch.kernel, branch.reduces, branch.double) == (kernel, reduces, double)
