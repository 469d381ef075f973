"""Layers that Keras lacks, as source that a generated file brings along."""

from __future__ import annotations

LOCAL_RESPONSE_NORMALIZATION = '''\
@keras.utils.register_keras_serializable()
class LocalResponseNormalization(layers.Layer):
    """Divides by (k + alpha / size * the sum of squares over `size` channels) ** beta."""

    def __init__(self, size=5, alpha=1e-4, beta=0.75, k=1.0, **kwargs):
        super().__init__(**kwargs)
        self.size, self.alpha, self.beta, self.k = size, alpha, beta, k
        before = (size - 1) // 2
        # Seen as channels first, the last axis is the width: this pads the channels.
        self.pad = layers.ZeroPadding2D(
            ((0, 0), (before, size - 1 - before)), data_format="channels_first"
        )

    def call(self, x):
        squares = self.pad(x * x)
        channels = x.shape[-1]
        total = sum(squares[..., i : i + channels] for i in range(self.size))
        return x * (self.k + self.alpha / self.size * total) ** -self.beta

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = {"size": self.size, "alpha": self.alpha, "beta": self.beta, "k": self.k}
        return {**super().get_config(), **config}'''

CUSTOM: dict[str, str] = {"LocalResponseNormalization": LOCAL_RESPONSE_NORMALIZATION}
