"""PyTorch's defaults: what equals one is left out of the source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlc.backends.pytorch.plan import shortest

_CONV = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1, "bias": True}
_POOL = {"stride": None, "padding": 0, "ceil_mode": False}
_NORM = {"eps": 1e-05, "affine": True}
_RECURRENT = {"bidirectional": False}

_OF_RANK: dict[str, dict[str, Any]] = {
    "nn.Conv": _CONV,
    "nn.ConvTranspose": {**_CONV, "output_padding": 0},
    "nn.MaxPool": _POOL,
    "nn.AvgPool": {**_POOL, "count_include_pad": True},
    "nn.BatchNorm": {**_NORM, "momentum": 0.1},
    "nn.InstanceNorm": {"eps": 1e-05, "affine": False},
}
DEFAULTS: dict[str, Mapping[str, Any]] = {
    **{f"{name}{rank}d": given for name, given in _OF_RANK.items() for rank in (1, 2, 3)},
    "nn.Linear": {"bias": True},
    "nn.LayerNorm": {"eps": 1e-05, "elementwise_affine": True},
    "ChannelNorm": {"eps": 1e-05, "elementwise_affine": True},
    "nn.GroupNorm": _NORM,
    "nn.LocalResponseNorm": {"alpha": 0.0001, "beta": 0.75, "k": 1.0},
    "nn.LeakyReLU": {"negative_slope": 0.01},
    "F.leaky_relu": {"negative_slope": 0.01},
    "nn.ELU": {"alpha": 1.0},
    "F.elu": {"alpha": 1.0},
    "nn.Upsample": {"mode": "nearest"},
    "F.interpolate": {"mode": "nearest"},
    "nn.ConstantPad1d": {},
    "F.pad": {"value": 0.0},
    "SamePad": {"value": 0.0},
    "nn.RNN": _RECURRENT,
    "nn.LSTM": _RECURRENT,
    "nn.GRU": _RECURRENT,
    "HardLSTM": _RECURRENT,
    "HardGRU": _RECURRENT,
}


def stated(name: str, named: Mapping[str, Any], positional: tuple[Any, ...]) -> dict[str, Any]:
    """The named arguments of a module or function that differ from its defaults."""
    known = DEFAULTS.get(name, {})
    found = {k: shortest(v) for k, v in named.items()}
    found = {k: v for k, v in found.items() if k not in known or v != known[k]}
    if "Pool" in name and named.get("stride") == positional[0]:  # a pooling's stride is its kernel's
        found.pop("stride", None)
    return found
