"""Rules for transposed convolutions: PyTorch cuts both sides alike, and adds at the end."""

from __future__ import annotations

from typing import Any

from dlc.backends.pytorch.conv import KERNEL, Sides, biased, crop, pad, pairs
from dlc.backends.pytorch.plan import RULES, Ask, Layout, Made, Refused, is_symbolic


@RULES.rule("conv1d_transpose", "conv2d_transpose", "conv3d_transpose")
def _transposed(ask: Ask) -> None:
    layer, exact = ask.layer, ask.exact
    ask.laid(Layout.FIRST)
    if is_symbolic((layer.padding, layer.output_padding)):
        raise Refused("its padding depends on parameters")
    sides = _cuts(exact)
    extra = [0 if exact.padding == "same" else more for more in exact.output_padding]
    grown = [more - after for more, (_, after) in zip(extra, sides, strict=True)]
    fronts = [before for before, _ in sides]
    # What the end gets more than a cut like the front's leaves there.
    tails = [before + tail for before, tail in zip(fronts, grown, strict=True)]
    most = [max(s, d) for s, d in zip(exact.stride, exact.dilation, strict=True)]
    if any(tail >= limit for tail, limit in zip(tails, most, strict=True)):
        # A zero after the input adds a stride to the result, in which there is only the bias.
        zeros = [max(-(-tail // s), 0) for tail, s in zip(tails, exact.stride, strict=True)]
        pad(ask, [(0, z) for z in zeros])
        tails = [tail - z * s for tail, z, s in zip(tails, zeros, exact.stride, strict=True)]
    _put(ask, fronts, [max(tail, 0) for tail in tails])
    crop(ask, [(0, max(-tail, 0)) for tail in tails])
    ask.layout = Layout.FIRST


def _cuts(exact: Any) -> Sides:
    """What is cut off each side; for `same`, less than nothing where windows leave gaps."""
    if isinstance(exact.padding, tuple):
        return pairs(exact.padding)
    if exact.padding != "same":
        return [(0, 0)] * exact.rank
    found = []
    for window in exact.windows():
        whole = window.extent - window.stride
        before = max(whole, 0) // 2
        found.append((before, whole - before))
    return found


def _put(ask: Ask, padding: list[int], output_padding: list[int]) -> None:
    layer = ask.layer
    named = {
        "stride": layer.stride,
        "padding": tuple(padding),
        "output_padding": tuple(output_padding),
        "groups": layer.groups,
        "bias": layer.bias,
        "dilation": layer.dilation,
    }
    weights = biased(layer.bias, KERNEL)
    positional = (ask.inputs[0].channels, layer.filters, layer.kernel)
    ask.put(Made(f"nn.ConvTranspose{ask.rank}d", positional, named, weights))
