"""Every layer in a tiny net: what is emitted builds, has the inferred shape and count, gives the layer's own
numbers and trains."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from support.keras_cases import CASES, text
from support.nets import emit, read_net

from dlc.diagnostics import DlcError
from dlc.ir import Net
from dlc.types import total

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")

from support import keras_run, torch_eval
from support.close import differences
from support.keras_weights import set_weights

pytestmark = pytest.mark.filterwarnings("ignore:The model does not have any trainable weights")

BUILD: dict[str, Callable[[str], Any]] = {
    "keras": keras_run.from_source,
    "keras-json": keras_run.from_json,
}
Case = tuple[str, str]


def named(case: Case) -> str:
    return f"{case[1]} of {case[0]}"


@pytest.mark.parametrize("target", BUILD)
@pytest.mark.parametrize("case", CASES, ids=named)
def test_numbers_are_the_layers_own(case: Case, target: str) -> None:
    net = read_net(text(case))
    model = BUILD[target](emit(target, net)[0])
    assert [tuple(tensor.shape[1:]) for tensor in model.outputs] == [net.types()["it"].shape]
    assert model.count_params() == count(net)
    inputs, weights = torch_eval.drawn_inputs(net, batch=2), torch_eval.drawn_weights(net)
    set_weights(model, net, weights)
    (made,) = keras_run.run(model, *(inputs[given.name] for given in net.inputs))
    expected = torch_eval.evaluate(net, inputs, weights)["it"]
    assert differences({"it": made}, {"it": expected}) == {}
    assert np.isfinite(keras_run.train_step(model, *(inputs[given.name] for given in net.inputs)))


def count(net: Net) -> Any:
    """How many numbers the catalogue says that a net keeps."""
    types = net.types()
    return total(
        *(node.layer.parameters([types[name] for name in node.inputs], node.type) for node in net.body)
    )


@pytest.mark.parametrize("case", CASES, ids=named)
def test_json_is_what_keras_writes(case: Case) -> None:
    """A model that is read from it writes the same again; Keras sorts the layers of branches its own way."""
    written = emit("keras-json", read_net(text(case)))[0]
    again = keras_run.from_json(written).to_json()
    assert by_name(json.loads(written)) == by_name(json.loads(again))


def by_name(model: dict[str, Any]) -> dict[str, Any]:
    layers = sorted(model["config"]["layers"], key=lambda layer: str(layer["config"]["name"]))
    return {**model, "config": {**model["config"], "layers": layers}}


@pytest.mark.parametrize("target", BUILD)
def test_what_keras_cannot_say_is_refused(target: str) -> None:
    net = read_net(
        "net n {\n  x = input map[5, 4, 4]\n"
        "  it = conv2d_transpose(x, filters=2, kernel=3, stride=2, dilation=2)\n"
        "  that = relu(it)\n  output that\n}\n"
    )
    with pytest.raises(DlcError, match="transposed convolutions do not take stride and dilation") as raised:
        emit(target, net)
    (found,) = raised.value.diagnostics
    assert found.code.number == "DLC0501"
    assert "conv2d_transpose 'it'" in found.message


def test_noise_above_one_has_its_deviation() -> None:
    net = read_net(
        "net n {\n  x = input vector[4000]\n  it = gaussian_noise(x, stddev=3.0)\n  output it\n}\n"
    )
    for target, build in BUILD.items():
        model = build(emit(target, net)[0])
        noise = keras_run.as_array(model(np.zeros((1, 4000), np.float32), training=True))
        assert 2.8 < noise.std() < 3.2


def test_averages_do_not_depend_on_the_side_that_padding_prefers() -> None:
    """PyTorch's backend of Keras repeats the border where `same` pads unevenly."""
    for kernel, stride, size in ((2, 2, 7), (3, 2, 8), (4, 3, 9), (4, 1, 6)):
        call = f"avgpool2d(kernel={kernel}, stride={stride}, padding=same)"
        test_numbers_are_the_layers_own((f"map[{size}, {size + 1}, 2]", call), "keras")
