"""Shared weights: one layer object in Keras, parameters of one name in Caffe, and back again."""

from __future__ import annotations

import json

import pytest
from support.nets import emit, expanded, read_module

from dlc.cli.commands.summary import lines
from dlc.diagnostics import DlcError, codes
from dlc.frontends import keras_json, prototxt
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.types import total

pytest.importorskip("keras", minversion="3.0")
pytest.importorskip("torch")

from support import keras_run, torch_eval
from support.caffe_net import CaffeNet
from support.close import differences
from support.keras_weights import copy_weights, set_weights

SIAMESE = """
block tower(x) {
  c = conv2d(x, filters=4, kernel=3, padding=1) |> batchnorm |> relu
  y = c |> maxpool2d(kernel=2) |> flatten |> dense(units=6) |> tanh |> dense(units=5)
  output y
}

net siamese {
  left = input map[8, 6, 2]
  right = input map[8, 6, 2]
  a = tower(left)
  b = tower(right) @ shares a
  c = dense(a, units=3)
  d = dense(b, units=3) @ shares c
  y = concat(c, d)
  output y
}
"""
OWN = 4 * (9 * 2 + 1) + 4 * 4 + 6 * (48 + 1) + 5 * (6 + 1) + 3 * (5 + 1)


def parameters(module: Module) -> object:
    return total(*(line.parameters for line in lines(check(module).module.nets[0])))


def sharing(net: Net) -> set[frozenset[int]]:
    """Which layers share weights, by their places among the layers with weights of their op."""
    groups: dict[str, set[int]] = {}
    for place, node in enumerate(n for n in net.body if n.layer.has_weights):
        groups.setdefault(node.shares or node.name, set()).add(place)
    return {frozenset(group) for group in groups.values()}


@pytest.fixture(scope="module")
def siamese() -> Net:
    (net,) = expanded(read_module(SIAMESE)).nets
    return net


def test_targets_compute_the_same(siamese: Net) -> None:
    inputs, weights = torch_eval.drawn_inputs(siamese), torch_eval.drawn_weights(siamese)
    weights |= {n.name: weights[n.shares] for n in siamese.body if n.shares}
    made = CaffeNet(siamese).in_opencv(inputs, weights)
    owned = {name: w for name, w in weights.items() if name in {n.name for n in siamese.body if not n.shares}}
    by_json = keras_run.from_json(emit("keras-json", siamese)[0])
    assert by_json.count_params() == OWN
    set_weights(by_json, siamese, owned)
    values = keras_run.run(by_json, inputs["left"], inputs["right"])
    assert differences(made, {"y": values[0]}) == {}
    by_source = keras_run.from_source(emit("keras", siamese)[0])
    assert by_source.count_params() == OWN
    copy_weights(by_json, by_source)
    values = keras_run.run(by_source, inputs["left"], inputs["right"])
    assert differences(made, {"y": values[0]}) == {}


def test_a_flattened_map_keeps_caffes_order_where_all_users_meet_it(siamese: Net) -> None:
    """Nothing is rearranged between pooling and the dense layer."""
    assert "Slice" not in emit("caffe", siamese)[0]


def test_they_come_back_from_keras(siamese: Net) -> None:
    module, _ = keras_json.read(emit("keras-json", siamese)[0])
    assert sharing(module.nets[0]) != set()
    assert parameters(module) == OWN


def test_they_come_back_from_caffe(siamese: Net) -> None:
    module, _ = prototxt.read(emit("caffe", siamese)[0])
    assert sharing(module.nets[0]) == sharing(siamese)
    assert parameters(module) == OWN


def test_a_keras_model_that_is_called_twice_shares_its_layers() -> None:
    from keras import Input, Model, Sequential, layers

    tower = Sequential([layers.Conv2D(3, 3), layers.Flatten(), layers.Dense(2)], name="tower")
    left, right = Input((6, 6, 1), name="left"), Input((6, 6, 1), name="right")
    model = Model([left, right], layers.Add()([tower(left), tower(right)]))
    module, _ = keras_json.read(model.to_json())
    assert parameters(module) == model.count_params()


def test_keras_has_one_stride_a_layer_object() -> None:
    text = """
    net n {
      x = input map[8, 8, 2]
      a = conv2d(x, filters=2, kernel=3)
      b = conv2d(a, filters=2, kernel=3, stride=2) @ shares a
      output b
    }
    """
    (net,) = read_module(text).nets
    with pytest.raises(DlcError) as caught:
        emit("keras", net)
    (finding,) = caught.value.diagnostics
    assert finding.code is codes.TARGET_CANNOT
    assert "strides" in finding.message
    assert emit("caffe", net)[0].count('name: "a_w"') == 2


def test_parameters_that_are_shared_in_part_are_told() -> None:
    layer = (
        'layer {{ name: "{0}" type: "InnerProduct" bottom: "{1}" top: "{0}" param {{ name: "w" }}'
        " inner_product_param {{ num_output: 8 }} }}\n"
    )
    text = 'input: "x" input_shape { dim: 1 dim: 8 }\n' + layer.format("a", "x") + layer.format("b", "a")
    module, found = prototxt.read(text)
    assert [d.code for d in found] == [codes.SHARED_IN_PART]
    assert getattr(found[0].span, "line", 0) == 3
    assert all(node.shares is None for node in module.nets[0].body)


def test_the_graph_says_it(siamese: Net) -> None:
    layers = json.loads(emit("json", siamese)[0])["nets"][0]["layers"]
    assert {la["name"]: la["shares"] for la in layers if "shares" in la}["d"] == "c"
