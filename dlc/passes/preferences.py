"""Which hyper-parameters are the customary ones: the stated order of preference of every hole.

A number's cost says how far it is from custom (0: what one assumes where nothing is said). Costs of a
layer's holes add up, and of all fillings that fit, the cheapest is taken. The reference page
`spec/passes.md` shows these tables.
"""

from __future__ import annotations

from dlc.types import Kind

Costs = dict[int, int]

# Convolutions: 3x3 with stride 1 that keeps the size; a stride of 2 where the size halves.
CONV_KERNELS: Costs = {3: 0, 1: 1, 5: 1, 7: 2, 2: 3, 4: 3, 11: 3, 9: 3, 6: 4, 8: 4, 10: 4, 13: 5, 15: 5}
CONV_STRIDES: Costs = {1: 0, 2: 1, 4: 3, 3: 3, 8: 4, 5: 5, 6: 5, 16: 5}
# Transposed convolutions double the size.
TRANSPOSE_KERNELS: Costs = {3: 0, 2: 1, 4: 1, 5: 2, 8: 3, 16: 3, 6: 4, 7: 4, 9: 4, 11: 4, 1: 5}
TRANSPOSE_STRIDES: Costs = {2: 0, 1: 1, 4: 2, 8: 3, 3: 3, 16: 3, 32: 4}
# Pooling halves the size: 2x2 or 3x3 with stride 2.
POOL_KERNELS: Costs = {2: 0, 3: 1, 4: 3, 5: 3, 7: 3, 8: 3, 6: 4, 9: 4, 10: 4, 11: 4, 12: 4, 13: 4, 14: 4}
POOL_STRIDES: Costs = {2: 1, 1: 2, 3: 3, 4: 3, 5: 4, 6: 4, 7: 4, 8: 4, 16: 5}
WHOLE_WINDOW = 2  # a window as large as its input
SAME_STEP = 1  # a pooling stride equal to the kernel

# Paddings: `same` where windows overlap, `valid` where they tile; then numbers, half the window first.
OTHER_WORD = 1
HALF_WINDOW = 2
OTHER_NUMBER = 4
UNEQUAL_SIDES = 6
CEIL = 1  # rounding up in pooling
UNEQUAL_AXES = 4  # different numbers along height and width

# How far from custom a filling may be: first a little; then, where none of these fits, as far as needed.
LEVELS: tuple[int, ...] = (0, 2, 99)


def pool_stride(kernel: int) -> int:
    """The customary step of a pooling window: 2 for small windows, else windows tile."""
    return min(kernel, 2) if kernel <= 3 else kernel


# Inputs where nothing is said.
IMAGE_SIZES: Costs = {
    224: 0,
    32: 1,
    28: 1,
    256: 1,
    227: 1,
    299: 1,
    64: 2,
    128: 2,
    96: 2,
    48: 2,
    512: 2,
    321: 2,
}
INPUTS: dict[Kind, tuple[int, ...]] = {
    Kind.MAP: (224, 224, 3),
    Kind.VECTOR: (128,),
    Kind.IDS: (100,),
    Kind.SEQUENCE: (100, 128),
    Kind.VOLUME: (16, 112, 112, 3),
}

# Sizes where nothing is said.
FILTERS = 64
HIDDEN_UNITS = 512
CLASSES_LARGE, CLASSES_SMALL = 1000, 10  # for images from LARGE_IMAGE pixels on, and for the rest
LARGE_IMAGE = 128
RECURRENT_UNITS = 128
HEADS = 8  # of attention, or as many as divide its width
GROUPS = 32  # of group normalisation, or as many as divide the channels
OTHERS: dict[str, int | float] = {
    "vocab": 10000,
    "dim": 128,
    "times": 10,
    "size": 2,
    "start": 0,
    "padding": 1,
    "cropping": 1,
    "rate": 0.5,
    "stddev": 0.1,
    "multiplier": 1,
}
