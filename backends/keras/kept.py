"""Layers of Keras that are not in the catalogue: written again as Keras JSON had them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlc.backends.keras.classes import CLASSES
from dlc.backends.keras.plan import RULES, Ask, Refused

#: Keras's own layers whose configuration means the same in every version.
_KEPT = frozenset({"Masking"})
_UNKNOWN = "what the layer computes is not known"


@RULES.rule("opaque", only="when it is Keras's own Masking; of others it is not known what they compute")
def _opaque(ask: Ask) -> None:
    layer: Any = ask.layer
    config = layer.raw.get("keras")
    if layer.type not in _KEPT or not isinstance(config, Mapping) or len(ask.inputs) != 1:
        raise Refused(_UNKNOWN)
    known = CLASSES[layer.type].config
    ask.put(layer.type, **{name: value for name, value in config.items() if name in known})
