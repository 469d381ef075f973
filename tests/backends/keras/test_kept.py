"""Layers of Keras that the catalogue lacks go back out to Keras as they came."""

from __future__ import annotations

import json

import numpy as np
import pytest
from support.nets import emit, expanded

from dlc.diagnostics import DlcError
from dlc.frontends.keras_json import read
from dlc.ir import Net


def masked(layer: str, **config: object) -> Net:
    """A sequence of numbers, a layer, and a recurrent one, as Keras 2 writes the model."""
    layers = [
        ("InputLayer", {"name": "x", "batch_input_shape": [None, 3, 2], "dtype": "float32"}),
        (layer, {"name": "kept", **config}),
        ("SimpleRNN", {"name": "rnn", "units": 4, "activation": "tanh", "use_bias": True}),
    ]
    listed = [{"class_name": name, "config": config} for name, config in layers]
    model = {"class_name": "Sequential", "config": {"name": "net", "layers": listed}}
    module, _ = read(json.dumps(model | {"keras_version": "2.2.4", "backend": "tensorflow"}))
    return expanded(module).nets[0]


@pytest.mark.parametrize("target", ["keras", "keras-json"])
def test_masked_steps_are_left_out(target: str) -> None:
    pytest.importorskip("keras", minversion="3.0")
    from support import keras_run

    text = emit(target, masked("Masking", mask_value=0.5))[0]
    model = keras_run.from_source(text) if target == "keras" else keras_run.from_json(text)
    steps = np.random.default_rng(1).normal(size=(2, 2)).astype("float32")
    gap = np.full((1, 2), 0.5, "float32")
    early, late = (np.concatenate(rows)[None] for rows in ((gap, steps), (steps, gap)))
    (one,), (other,) = keras_run.run(model, early), keras_run.run(model, late)
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.abs(one).max() > 0


def test_what_keras_cannot_compute_alone_is_refused() -> None:
    with pytest.raises(DlcError) as refused:
        emit("keras", masked("Lambda", function="c" * 8, output_shape=[3, 2]))
    assert "what the layer computes is not known" in refused.value.diagnostics[0].message
