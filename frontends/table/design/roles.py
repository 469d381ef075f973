"""What a column is for."""

from __future__ import annotations

import enum

import attrs


class Role(enum.Enum):
    """The meaning of a column's (or, in a table that runs across, a row's) cells."""

    LABEL = "label"  # layer, type, name, stage: which of them the cells decide
    CONFIG = "config"  # layer phrases; several such columns are alternative networks
    KERNEL = "kernel"
    STRIDE = "stride"
    PAD = "pad"
    KERNEL_STRIDE = "kernel/stride"
    FILTERS = "filters"
    FILTER_SHAPE = "filter shape"
    CHANNELS_IN = "channels in"
    UNITS = "units"
    INPUT = "input"
    OUTPUT = "output"
    REPEAT = "repeat"
    EXPANSION = "expansion"
    EXPANDED = "expanded"
    ACTIVATION = "activation"
    NORM = "norm"
    SQUEEZE = "squeeze"
    DROPOUT = "dropout"
    POOL = "pool"
    POOL_STRIDE = "pool stride"
    GROUPS = "groups"
    DILATION = "dilation"
    BRANCH = "branch"  # a column of an inception table
    IN_OUT = "in and out"  # sizes or channels before and after, in one cell
    SOURCE = "source"  # the rows that feed this one
    JOINED = "joined with"  # a row whose value this row's is concatenated with
    CONTEXT = "context"  # frames that a layer over time sees: "{t-2, t, t+2}"
    PARAMS = "parameters"  # how many weights a layer has
    IGNORED = "ignored"
    UNKNOWN = "unknown"


@attrs.frozen
class Branch:
    """Where a column of an inception table belongs: the branch's kernel, and whether it is its reduction.

    Kernel 0 stands for the pooling branch; `double` for two convolutions in a row, `shared` for a reduction
    in front of all branches.
    """

    kernel: int
    reduces: bool = False
    double: bool = False
    shared: bool = False


@attrs.frozen
class Header:
    """A header's meaning; `rest` are its words that the dictionary does not explain ("Large"), `pairs` tells
    that its cells state two numbers, before and after ("3/32")."""

    role: Role
    text: str = ""
    branch: Branch | None = None
    rest: str = ""
    pairs: bool = False


#: Roles that say nothing of a layer.
SILENT = frozenset((Role.IGNORED, Role.PARAMS, Role.UNKNOWN))
