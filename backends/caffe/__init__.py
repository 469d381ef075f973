"""Targets `caffe` and `caffe-train`: prototxt for BVLC Caffe 1.0.

Only layers and fields of that release are written. Where Caffe does otherwise than the language (it
rounds pooling up, pads both sides alike, puts channels first, knows no transposition), layers are
combined so that the numbers are the language's; see the module of each family.
"""

from dlc.backends.caffe.deploy import CaffeBackend
from dlc.backends.caffe.train import CaffeTrainBackend

__all__ = ["CaffeBackend", "CaffeTrainBackend"]
