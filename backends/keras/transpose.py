"""Rules for transposed convolutions: Keras's `valid` form, grown or cut to size."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from dlc.backends.keras.conv import crop, is_dilated_and_strided, pad, pairs
from dlc.backends.keras.plan import RULES, Ask, Refused, is_symbolic, sizes


@RULES.rule(
    "conv1d_transpose",
    "conv2d_transpose",
    "conv3d_transpose",
    only="stride and dilation are not both above 1",
)
def _transposed(ask: Ask) -> None:
    layer = ask.layer
    if is_dilated_and_strided(layer):
        raise Refused("Keras's transposed convolutions do not take stride and dilation above 1 at once")
    if layer.groups == 1:
        _one_group(ask, -1, layer.filters, "")
        return
    if is_symbolic((layer.groups, layer.filters)):
        raise Refused("its groups depend on parameters")
    width = layer.filters // layer.groups
    parts = [_one_group(ask, value, width, f"_{group}") for group, value in enumerate(_channel_groups(ask))]
    ask.put("Concatenate", *parts, axis=-1)


def _channel_groups(ask: Ask) -> Iterator[int]:
    """The channels of each group: Keras's transposed convolutions have no groups."""
    groups = ask.layer.groups
    *spatial, channels = sizes(ask.inputs[0])
    width = channels // groups
    apart = ask.put("Reshape", role="groups", target_shape=(math.prod(spatial), groups, width))
    for group in range(groups):
        cut = crop(ask, apart, [(0, 0), (group, groups - 1 - group)], f"group_{group}")
        yield ask.put("Reshape", cut, role=f"input_{group}", target_shape=(*spatial, width))


def _one_group(ask: Ask, value: int, filters: Any, suffix: str) -> int:
    layer = ask.layer
    if layer.padding == "same":
        return _put(ask, value, filters, "same", None, suffix)
    sides = pairs(layer.padding) if isinstance(layer.padding, tuple) else [(0, 0)] * len(layer.kernel)
    if is_symbolic((sides, layer.output_padding)):
        raise Refused("its padding depends on parameters")
    tails = [more - after for more, (_, after) in zip(layer.output_padding, sides, strict=True)]
    margins = [(before, max(-tail, 0)) for tail, (before, _) in zip(tails, sides, strict=True)]
    if any(tail >= s for tail, s in zip(tails, layer.stride, strict=True)):
        # A zero after the input adds a stride to the result, in which there is only the bias.
        zeros = [max(-(-tail // s), 0) for tail, s in zip(tails, layer.stride, strict=True)]
        value = pad(ask, value, [(0, z) for z in zeros], f"zeros{suffix}")
        grown = [z * s - tail for z, s, tail in zip(zeros, layer.stride, tails, strict=True)]
        margins = [(before, after) for (before, _), after in zip(sides, grown, strict=True)]
        tails = [0] * len(tails)
    whole = _put(ask, value, filters, "valid", _output_padding(layer, tails), suffix)
    return crop(ask, whole, margins, f"crop{suffix}")


def _output_padding(layer: Any, tails: Sequence[int]) -> tuple[int, ...] | None:
    """What Keras is told to add at the end; told nothing, it fills a stride that the window does not."""
    extents = [d * (k - 1) + 1 for k, d in zip(layer.kernel, layer.dilation, strict=True)]
    fills = any(isinstance(s, int) and e < s for e, s in zip(extents, layer.stride, strict=True))
    return tuple(max(tail, 0) for tail in tails) if fills or any(t > 0 for t in tails) else None


def _put(
    ask: Ask, value: int, filters: Any, word: str, output_padding: tuple[int, ...] | None, suffix: str
) -> int:
    layer = ask.layer
    return ask.put(
        f"Conv{len(layer.kernel)}DTranspose",
        value,
        role=f"conv{suffix}",
        filters=filters,
        kernel_size=layer.kernel,
        strides=layer.stride,
        padding=word,
        output_padding=output_padding,
        dilation_rate=layer.dilation,
        use_bias=layer.bias,
    )
