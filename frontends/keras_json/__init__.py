"""Keras models as `model.to_json()` of Keras 1, 2 and 3 writes them, read into nets."""

from dlc.frontends.keras_json.document import is_keras_json
from dlc.frontends.keras_json.read import read

__all__ = ["is_keras_json", "read"]
