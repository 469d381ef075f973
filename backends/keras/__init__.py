"""Target `keras`: source code for Keras 3 that tf.keras 2 runs as well."""

from dlc.backends.keras.backend import KerasBackend

__all__ = ["KerasBackend"]
