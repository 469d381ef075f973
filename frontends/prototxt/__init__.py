"""Caffe's network files: prototxt of any age, read into nets."""

from dlc.frontends.prototxt.read import joined_scales, read

__all__ = ["joined_scales", "read"]
