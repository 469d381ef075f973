"""A layer's arguments under today's names: Keras 1's are brought to them.

Facts: keras/legacy/interfaces.py of Keras 2.2, which lists what was renamed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

_RENAMED = {
    "nb_filter": "filters",
    "output_dim": "units",
    "border_mode": "padding",
    "subsample": "strides",
    "bias": "use_bias",
    "init": "kernel_initializer",
    "dim_ordering": "data_format",
    "p": "rate",
    "pool_length": "pool_size",
    "stride": "strides",
    "subsample_length": "strides",
    "filter_length": "kernel_size",
    "atrous_rate": "dilation_rate",
    "sigma": "stddev",
    "consume_less": "implementation",
    "concat_axis": "axis",
    "mode": "mode",
    "inner_activation": "recurrent_activation",
    "length": "size",
}
_FORMATS = {"tf": "channels_last", "th": "channels_first", "default": "channels_last"}


@attrs.frozen
class Arguments:
    """The configuration of a layer, asked by today's names."""

    config: Mapping[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """An argument by its name or an old one; `default` where it is not given or null."""
        for key in (name, *(old for old, new in _RENAMED.items() if new == name)):
            if self.config.get(key) is not None:
                return self.config[key]
        return default

    def number(self, name: str, default: Any = None) -> Any:
        """A number; wrapped ones ({"value": 3}, [3]) are unwrapped."""
        value = self.get(name, default)
        if isinstance(value, Mapping):
            value = value.get("value", default)
        return value[0] if isinstance(value, list) and len(value) == 1 else value

    def sizes(self, name: str, rank: int, default: Any = 1) -> Any:
        """A size along each axis, as one number or a tuple."""
        value = self.get(name, default)
        if isinstance(value, list | tuple):
            return tuple(value) if len(value) > 1 else value[0]
        return value

    @property
    def channels_first(self) -> bool:
        """Whether maps have their channels before height and width."""
        stated = self.get("data_format", "channels_last")
        return _FORMATS.get(str(stated), str(stated)) == "channels_first"

    def kernel(self, rank: int) -> Any:
        """The kernel's size: `kernel_size`, or Keras 1's nb_row and nb_col."""
        old = [self.config[k] for k in ("kernel_dim1", "kernel_dim2", "kernel_dim3") if k in self.config]
        rows = [self.config[k] for k in ("nb_row", "nb_col") if k in self.config]
        return tuple(old or rows) if old or rows else self.sizes("kernel_size", rank)

    def padding(self) -> str:
        """ "same", "valid" or "causal", of whatever case."""
        return str(self.get("padding", "valid")).lower()

    def activation(self) -> Any:
        """What is computed at the end: a name, a configuration, or None for nothing."""
        value = self.get("activation")
        if isinstance(value, Mapping):
            value = value.get("config", {}).get("name") if value.get("class_name") == "function" else value
            if isinstance(value, Mapping):
                value = value.get("class_name", value.get("config"))
        return None if value in (None, "linear") else value
