"""Drawings that Keras' `plot_model` and Caffe's `draw_net.py` make: known by their labels, read by their rules."""

from dlc.frontends.figure.network.plotted.read import plotted_nets

__all__ = ["plotted_nets"]
