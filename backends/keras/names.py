"""Names: of layers, as every version of Keras and every backend of it takes them, and of Python values."""

from __future__ import annotations

import re

from dlc.backends.python import names

_RESERVED = ("keras", "layers")


def layer_name(name: str) -> str:
    """A name that Keras takes: letters, digits, `_` and `-`, with no sign first.

    A slash or a point would do for TensorFlow alone; other characters nowhere.
    """
    legal = re.sub(r"[^A-Za-z0-9_-]", "_", name)
    return legal if legal[:1].isalnum() else f"layer{legal}" if legal.startswith("_") else f"layer_{legal}"


def identifier(name: str) -> str:
    """A Python name like `name` that means nothing else in a file for Keras."""
    return names.identifier(name, _RESERVED)
