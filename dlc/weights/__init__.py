"""Weights: read from the files of one framework, written into those of another.

In between they are arrays by layer and role, laid out as `dlc.backends.parameters` says. numpy and h5py are
imported where they are needed, and only there.
"""
