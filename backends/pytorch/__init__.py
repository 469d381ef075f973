"""Target `pytorch`: source code for PyTorch 2."""

from dlc.backends.pytorch.backend import PyTorchBackend

__all__ = ["PyTorchBackend"]
