"""Caffe's network files: prototxt of any age, read into nets."""

from dlc.frontends.prototxt.read import read

__all__ = ["read"]
