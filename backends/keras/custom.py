"""Layers and functions that Keras lacks, as source that a generated file brings along."""

from __future__ import annotations

from dlc.layers.recurrent import HARD_GATES

# Registered under the net's name: two files with this class may be imported by one program.
LOCAL_RESPONSE_NORMALIZATION = '''\
@keras.utils.register_keras_serializable(package="{package}")
class LocalResponseNormalization(layers.Layer):
    """x / (k + alpha * the sum of squares of `size` neighbouring channels) ** beta."""

    def __init__(self, size=5, alpha=1e-4, beta=0.75, k=2.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k
        # With channels first an image's last axis is its width: this pads channels.
        self.pad = layers.ZeroPadding2D((0, size // 2), data_format="channels_first")

    def call(self, x):
        squares = self.pad(x * x)
        channels = x.shape[-1]
        total = sum(squares[..., i : i + channels] for i in range(self.size))
        return x * (self.k + self.alpha * total) ** -self.beta

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        sizes = {{"size": self.size, "alpha": self.alpha}}
        return {{**super().get_config(), **sizes, "beta": self.beta, "k": self.k}}'''

SPATIAL_RESPONSE_NORMALIZATION = '''\
@keras.utils.register_keras_serializable(package="{package}")
class SpatialResponseNormalization(layers.Layer):
    """x / (k + alpha * the sum of the squares of `size` x `size` pixels) ** beta."""

    def __init__(self, size=5, alpha=1e-4, beta=0.75, k=2.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k
        self.pad = layers.ZeroPadding2D(size // 2)
        self.mean = layers.AveragePooling2D(size, strides=1)

    def call(self, x):
        total = self.mean(self.pad(x * x)) * self.size**2
        return x * (self.k + self.alpha * total) ** -self.beta

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        sizes = {{"size": self.size, "alpha": self.alpha}}
        return {{**super().get_config(), **sizes, "beta": self.beta, "k": self.k}}'''

# By `hard_sigmoid` Keras 2 and 3 mean different functions, by this `relu` the same.
HARD_SIGMOID = '''\
@keras.utils.register_keras_serializable(package="{{package}}")
def {name}(x):
    """min(max(x / {divisor} + 0.5, 0), 1)."""
    return keras.activations.relu(x / {divisor} + 0.5, max_value=1.0)'''

CUSTOM: dict[str, str] = {
    "LocalResponseNormalization": LOCAL_RESPONSE_NORMALIZATION,
    "SpatialResponseNormalization": SPATIAL_RESPONSE_NORMALIZATION,
    **{name: HARD_SIGMOID.format(name=name, divisor=slope.denominator) for name, slope in HARD_GATES.items()},
}
