"""The Keras layers that are emitted: their arguments, in Keras 3's order, with their defaults.

What equals a default is left out of source code and written into JSON, as `model.to_json()` does.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs


@attrs.frozen
class Initializer:
    """A Keras initializer by class name and configuration."""

    name: str
    config: Mapping[str, Any] = attrs.field(factory=dict)

    def __hash__(self) -> int:
        return hash(self.name)


NEEDED: Any = attrs.NOTHING  # an argument that has no default

_GLOROT = Initializer("GlorotUniform", {"seed": None, "input_axes": None, "output_axes": None})
_ZEROS = Initializer("Zeros")
_ONES = Initializer("Ones")
_ORTHOGONAL = Initializer("Orthogonal", {"seed": None, "gain": 1.0})
_UNIFORM = Initializer("RandomUniform", {"seed": None, "minval": -0.05, "maxval": 0.05})


@attrs.frozen
class KerasClass:
    """One class of `keras.layers`.

    `positional` are the arguments that one writes without their names; `call` are what `to_json()`
    records for a call besides the values.
    """

    name: str
    config: Mapping[str, Any]
    positional: tuple[str, ...] = ()
    call: Mapping[str, Any] = attrs.field(factory=dict)
    build: str = "shape"  # what is recorded of the build: "shape", "none", or "attention"
    bare: bool = False  # whether its configuration lacks `trainable` and spells its dtype as a word

    @property
    def activates(self) -> bool:
        """Whether its `activation` argument acts on the layer's result."""
        return "activation" in self.config and "recurrent_initializer" not in self.config


def _none(*names: str) -> dict[str, Any]:
    return dict.fromkeys(names)


def _regular(*weights: str, activity: bool = True) -> dict[str, Any]:
    """Regularizers, then constraints, of weights; all absent."""
    middle = _none("activity_regularizer") if activity else {}
    return (
        _none(*(f"{w}_regularizer" for w in weights)) | middle | _none(*(f"{w}_constraint" for w in weights))
    )


_LAST = {"data_format": "channels_last"}
_AXES = {"axis": -1}
_SHIFTED = {"beta_initializer": _ZEROS, "gamma_initializer": _ONES}


def _conv(rank: int) -> KerasClass:
    ones = (1,) * rank
    config = {
        "filters": NEEDED,
        "kernel_size": NEEDED,
        "strides": ones,
        "padding": "valid",
        **_LAST,
        "dilation_rate": ones,
        "groups": 1,
        "activation": "linear",
        "use_bias": True,
        "kernel_initializer": _GLOROT,
        "bias_initializer": _ZEROS,
        **_regular("kernel", "bias"),
    }
    return KerasClass(f"Conv{rank}D", config, ("filters", "kernel_size"))


def _conv_transpose(rank: int) -> KerasClass:
    config: dict[str, Any] = {}
    for name, value in _conv(rank).config.items():
        if name == "data_format":
            config["output_padding"] = None
        if name != "groups":
            config[name] = value
    return KerasClass(f"Conv{rank}DTranspose", config, ("filters", "kernel_size"))


def _spatial(name: str, first: Mapping[str, Any]) -> KerasClass:
    """Depthwise or separable convolution of maps; `first` are the arguments before the window's."""
    weights = ("depthwise", "pointwise") if "filters" in first else ("depthwise",)
    config = {
        **first,
        "kernel_size": NEEDED,
        "strides": (1, 1),
        "padding": "valid",
        **_LAST,
        "dilation_rate": (1, 1),
        "activation": "linear",
        "use_bias": True,
        **{f"{w}_initializer": _GLOROT for w in weights},
        "bias_initializer": _ZEROS,
        **_regular(*weights, "bias"),
    }
    return KerasClass(name, config, (*(n for n in first if n == "filters"), "kernel_size"))


def _pool(name: str) -> KerasClass:
    config = {"pool_size": NEEDED, "padding": "valid", "strides": None, **_LAST}
    return KerasClass(name, config, ("pool_size",), build="none")


def _padding(rank: int) -> tuple[KerasClass, KerasClass]:
    last = {} if rank == 1 else _LAST
    pad = KerasClass(f"ZeroPadding{rank}D", {"padding": NEEDED, **_LAST}, ("padding",))
    return pad, KerasClass(f"Cropping{rank}D", {"cropping": NEEDED, **last}, ("cropping",))


def _recurrent(name: str, gates: Mapping[str, Any], after: Mapping[str, Any]) -> KerasClass:
    flags = dict.fromkeys(("return_sequences", "return_state", "go_backwards", "stateful", "unroll"), False)
    config = {
        **flags,
        "zero_output_for_mask": False,
        "units": NEEDED,
        "activation": "tanh",
        **gates,
        "use_bias": True,
        "kernel_initializer": _GLOROT,
        "recurrent_initializer": _ORTHOGONAL,
        "bias_initializer": _ZEROS,
        **({"unit_forget_bias": True} if name == "LSTM" else {}),
        **_regular("kernel", "recurrent", "bias"),
        "dropout": 0.0,
        "recurrent_dropout": 0.0,
        **after,
    }
    return KerasClass(name, config, ("units",), call={"training": False, "mask": None})


_GATES = {"recurrent_activation": "sigmoid"}
_ATTENTION = {
    "num_heads": NEEDED,
    "key_dim": NEEDED,
    "value_dim": None,
    "dropout": 0.0,
    "use_bias": True,
    "use_gate": False,
    "output_shape": None,
    "attention_axes": [1],
    "sliding_window": None,
    "kernel_initializer": _GLOROT,
    "bias_initializer": _ZEROS,
    **_regular("kernel", "bias"),
    "seed": None,
}
_BATCHNORM = {
    **_AXES,
    "momentum": 0.99,
    "epsilon": 0.001,
    "center": True,
    "scale": True,
    **_SHIFTED,
    "moving_mean_initializer": _ZEROS,
    "moving_variance_initializer": _ONES,
    **_regular("beta", "gamma", activity=False),
    "synchronized": False,
    "renorm": False,
    "renorm_clipping": None,
    "renorm_momentum": 0.99,
}
_SCALED = {**_SHIFTED, **_regular("beta", "gamma", activity=False)}
_SWITCHED = {"epsilon": 0.001, "center": True, "scale": True}
_EMBEDDING = {
    "input_dim": NEEDED,
    "output_dim": NEEDED,
    "embeddings_initializer": _UNIFORM,
    **_regular("embeddings"),
    "mask_zero": False,
    "quantization_config": None,
}
_DENSE = {
    "units": NEEDED,
    "activation": "linear",
    "use_bias": True,
    "kernel_initializer": _GLOROT,
    "bias_initializer": _ZEROS,
    **_regular("kernel", "bias", activity=False),
    "quantization_config": None,
}
_PRELU = {"alpha_initializer": _ZEROS, "alpha_regularizer": None, "alpha_constraint": None}
_RANDOM = {"training": False}


def _plain(name: str, positional: str = "", build: str = "none", /, **config: Any) -> KerasClass:
    return KerasClass(name, config, (positional,) if positional else (), build=build)


_CLASSES: tuple[KerasClass, ...] = (
    *(_conv(rank) for rank in (1, 2, 3)),
    *(_conv_transpose(rank) for rank in (1, 2, 3)),
    _spatial("DepthwiseConv2D", {"depth_multiplier": 1}),
    _spatial("SeparableConv2D", {"depth_multiplier": 1, "filters": NEEDED}),
    *(_pool(f"{what}Pooling{rank}D") for what in ("Max", "Average") for rank in (1, 2, 3)),
    *(
        _plain(f"Global{what}Pooling{rank}D", **_LAST, keepdims=False)
        for what in ("Max", "Average")
        for rank in (1, 2, 3)
    ),
    _plain("UpSampling1D", "size", "shape", size=NEEDED),
    _plain("UpSampling2D", "size", "shape", size=NEEDED, **_LAST, interpolation="nearest"),
    _plain("UpSampling3D", "size", "shape", size=NEEDED, **_LAST),
    *(each for rank in (1, 2, 3) for each in _padding(rank)),
    KerasClass("Dense", _DENSE, ("units",)),
    _plain("Flatten", "", "shape", **_LAST),
    _plain("Reshape", "target_shape", target_shape=NEEDED),
    _plain("Permute", "dims", "shape", dims=NEEDED),
    _plain("RepeatVector", "n", "shape", n=NEEDED),
    KerasClass("Embedding", _EMBEDDING, ("input_dim", "output_dim")),
    _recurrent("SimpleRNN", {}, {}),
    _recurrent("LSTM", _GATES, {"seed": None}),
    _recurrent("GRU", _GATES, {"reset_after": True, "seed": None}),
    KerasClass(
        "Bidirectional",
        {"merge_mode": "concat", "layer": NEEDED, "backward_layer": None},
        ("layer",),
        {"mask": None},
    ),
    KerasClass("MultiHeadAttention", _ATTENTION, (), build="attention"),
    _plain("Activation", "activation", activation=NEEDED),
    _plain("ReLU", "max_value", max_value=None, negative_slope=0.0, threshold=0.0),
    _plain("LeakyReLU", "negative_slope", negative_slope=NEEDED),
    KerasClass("PReLU", {**_PRELU, "shared_axes": None}),
    _plain("ELU", "alpha", alpha=1.0),
    KerasClass("Softmax", {"axis": -1}, ("axis",), {"mask": None}, "none"),
    KerasClass("BatchNormalization", _BATCHNORM, (), {"mask": None}),
    KerasClass("LayerNormalization", {"axis": [-1], **_SWITCHED, "rms_scaling": False, **_SCALED}),
    KerasClass("GroupNormalization", {"groups": NEEDED, **_AXES, **_SWITCHED, **_SCALED}, ("groups",)),
    KerasClass("Dropout", {"rate": NEEDED, "seed": None, "noise_shape": None}, ("rate",), _RANDOM, "none"),
    KerasClass("SpatialDropout2D", {"rate": NEEDED, "seed": None, **_LAST}, ("rate",), _RANDOM, "none", True),
    KerasClass("GaussianNoise", {"stddev": NEEDED, "seed": None}, ("stddev",), _RANDOM, "none"),
    _plain("Rescaling", "scale", "shape", scale=NEEDED, offset=0.0),
    KerasClass("Normalization", {"axis": (-1,), "invert": False, "mean": None, "variance": None}),
    *(_plain(name, "", "shape") for name in ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")),
    _plain("Concatenate", "", "shape", **_AXES),
    _plain("Dot", "axes", "shape", axes=NEEDED, normalize=False),
    _plain("Masking", "mask_value", mask_value=0.0),
)

CLASSES: dict[str, KerasClass] = {c.name: c for c in _CLASSES}
MERGES = frozenset({"Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum", "Concatenate", "Dot"})
