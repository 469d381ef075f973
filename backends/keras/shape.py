"""Rules for layers that only rearrange, repeat or drop values, and for noise."""

from __future__ import annotations

from dlc.backends.keras.plan import RULES, Ask, Refused


@RULES.rule("flatten")
def flatten(ask: Ask) -> None:
    ask.put("Flatten")


@RULES.rule("reshape")
def reshape(ask: Ask) -> None:
    ask.put("Reshape", target_shape=ask.output.shape)


@RULES.rule("permute")
def permute(ask: Ask) -> None:
    ask.put("Permute", dims=ask.layer.order)


@RULES.rule("repeat_vector")
def repeat_vector(ask: Ask) -> None:
    ask.put("RepeatVector", n=ask.layer.times)


@RULES.rule("upsample1d")
def upsample1d(ask: Ask) -> None:
    _only_nearest(ask)
    ask.put("UpSampling1D", size=ask.layer.size[0])


@RULES.rule("upsample2d")
def upsample2d(ask: Ask) -> None:
    ask.put("UpSampling2D", size=ask.layer.size, interpolation=ask.layer.mode)


@RULES.rule("upsample3d")
def upsample3d(ask: Ask) -> None:
    _only_nearest(ask)
    ask.put("UpSampling3D", size=ask.layer.size)


def _only_nearest(ask: Ask) -> None:
    if ask.layer.mode != "nearest":
        raise Refused(f"Keras repeats elements here, mode={ask.layer.mode} is for maps alone")


@RULES.rule("dropout")
def dropout(ask: Ask) -> None:
    ask.put("Dropout", rate=ask.layer.rate)


@RULES.rule("spatial_dropout2d")
def spatial_dropout(ask: Ask) -> None:
    ask.put("SpatialDropout2D", rate=ask.layer.rate)


@RULES.rule("gaussian_noise")
def gaussian_noise(ask: Ask) -> None:
    ask.put("GaussianNoise", stddev=ask.layer.stddev)
