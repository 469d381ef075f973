"""Caffe's network files: prototxt of any age, read into nets."""

from dlc.frontends.prototxt.read import is_deployed, joined_scales, layer_types, read

__all__ = ["is_deployed", "joined_scales", "layer_types", "read"]
