"""Rules for layers that only rearrange, repeat or drop values, and for noise."""

from __future__ import annotations

from dlc.backends.keras.plan import RULES, Ask, is_symbolic, sizes
from dlc.types import Hole


@RULES.rule("flatten")
def _flatten(ask: Ask) -> None:
    ask.put("Flatten")


@RULES.rule("reshape")
def _reshape(ask: Ask) -> None:
    stated = tuple(-1 if isinstance(d, Hole) else d for d in ask.layer.shape)
    ask.put("Reshape", target_shape=stated if stated.count(-1) < 2 else ask.output.shape)


@RULES.rule("permute")
def _permute(ask: Ask) -> None:
    ask.put("Permute", dims=ask.layer.order)


@RULES.rule("repeat_vector")
def _repeat_vector(ask: Ask) -> None:
    ask.put("RepeatVector", n=ask.layer.times)


@RULES.rule("upsample1d")
def _upsample1d(ask: Ask) -> None:
    """Keras interpolates maps alone, so the sequence is made a map of one column."""
    (factor,) = ask.layer.size
    if ask.layer.mode == "nearest":
        ask.put("UpSampling1D", size=factor)
        return
    (steps, features), (longer, _) = ask.inputs[0].shape, ask.output.shape
    column = ask.put("Reshape", role="column", target_shape=(steps, 1, features))
    up = ask.put("UpSampling2D", column, role="up", size=(factor, 1), interpolation="bilinear")
    ask.put("Reshape", up, target_shape=(longer, features))


@RULES.rule("upsample2d")
def _upsample2d(ask: Ask) -> None:
    ask.put("UpSampling2D", size=ask.layer.size, interpolation=ask.layer.mode)


@RULES.rule("upsample3d")
def _upsample3d(ask: Ask) -> None:
    """Keras interpolates maps alone: first depth, then height and width with depth among the channels."""
    if ask.layer.mode == "nearest":
        ask.put("UpSampling3D", size=ask.layer.size)
        return
    factor, *others = ask.layer.size
    (depth, height, width, channels), output = sizes(ask.inputs[0]), sizes(ask.output)
    bilinear = {"interpolation": "bilinear"}
    at = ask.put("Reshape", role="column", target_shape=(depth, 1, height * width * channels))
    at = ask.put("UpSampling2D", at, role="deep", size=(factor, 1), **bilinear)
    at = ask.put("Reshape", at, role="volume", target_shape=(output[0], height, width, channels))
    at = ask.put("Permute", at, role="pixels", dims=(2, 3, 1, 4))
    at = ask.put("Reshape", at, role="map", target_shape=(height, width, output[0] * channels))
    at = ask.put("UpSampling2D", at, role="wide", size=tuple(others), **bilinear)
    at = ask.put("Reshape", at, role="split", target_shape=(*output[1:3], output[0], channels))
    ask.put("Permute", at, dims=(3, 1, 2, 4))


@RULES.rule("dropout")
def _dropout(ask: Ask) -> None:
    ask.put("Dropout", rate=ask.layer.rate)


@RULES.rule("spatial_dropout2d")
def _spatial_dropout(ask: Ask) -> None:
    ask.put("SpatialDropout2D", rate=ask.layer.rate)


@RULES.rule("gaussian_noise")
def _gaussian_noise(ask: Ask) -> None:
    """Keras 3 takes deviations up to 1: for a larger one the input is made smaller, and then larger again."""
    stddev = ask.layer.stddev
    if is_symbolic(stddev) or stddev <= 1:
        ask.put("GaussianNoise", stddev=stddev)
        return
    small = ask.put("Rescaling", role="small", scale=1 / stddev)
    ask.put("Rescaling", ask.put("GaussianNoise", small, role="noise", stddev=1.0), scale=stddev)
