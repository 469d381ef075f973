"""Keras models of every version: the same network under old and new spellings, and what is kept as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlc.diagnostics import DlcError, codes
from dlc.frontends.keras_json import is_keras_json, read
from dlc.syntax import print_module


def chain(*layers: dict[str, Any], version: str = "2.2.4") -> str:
    return json.dumps({"class_name": "Sequential", "keras_version": version, "config": list(layers)})


def layer(kind: str, **config: Any) -> dict[str, Any]:
    return {"class_name": kind, "config": config}


def body(text: str) -> list[str]:
    """The printed statements of a net, its header, output and end aside."""
    module, _ = read(text)
    return [line.strip() for line in print_module(module).splitlines()[1:-2]]


CONV = ["conv_input = input map[28, 28, 1]", "conv = conv2d(conv_input, filters=8, kernel=3)"]


def test_a_chain() -> None:
    conv = layer("Conv2D", name="conv", filters=8, kernel_size=[3, 3], batch_input_shape=[None, 28, 28, 1])
    assert body(chain(conv)) == CONV


def test_keras_1_says_the_same_otherwise() -> None:
    conv = layer(
        "Convolution2D", name="conv", nb_filter=8, nb_row=3, nb_col=3, border_mode="valid", subsample=[1, 1],
        dim_ordering="tf", batch_input_shape=[None, 28, 28, 1], bias=True,
    )  # fmt: skip
    assert body(chain(conv, version="1.2.2")) == CONV


def test_channels_first_models_are_turned() -> None:
    conv = layer(
        "Conv2D", name="conv", filters=8, kernel_size=[3, 3], data_format="channels_first",
        batch_input_shape=[None, 1, 28, 28],
    )  # fmt: skip
    norm = layer("BatchNormalization", name="norm", axis=1, epsilon=0.001, momentum=0.99)
    flat = layer("Flatten", name="flat", data_format="channels_first")
    assert body(chain(conv, norm, flat)) == [
        *CONV,
        "norm = batchnorm(conv)",
        "flat_chw = permute(norm, order=(3, 1, 2)) @ inferred",
        "flat = flatten(flat_chw)",
    ]


def test_activations_become_layers() -> None:
    dense = layer("Dense", name="fc", units=10, activation="softmax", batch_input_shape=[None, 4])
    assert body(chain(dense))[1:] == ["fc = dense(fc_input, units=10)", "fc_softmax = softmax(fc)"]


@pytest.mark.parametrize(
    ("shape", "line"),
    [
        ([None, 4], "fc = dense(fc_input, units=10)"),
        ([None, 7, 4], "fc = conv1d(fc_input, filters=10, kernel=1)"),
        ([None, 7, 7, 4], "fc = conv2d(fc_input, filters=10, kernel=1)"),
    ],
)
def test_dense_works_on_the_last_axis(shape: list[int | None], line: str) -> None:
    assert body(chain(layer("Dense", name="fc", units=10, batch_input_shape=shape)))[1] == line


def functional(version: int) -> str:
    """Two branches of one input, added; a layer called twice."""

    def reads(*names: str, call: int = 0) -> Any:
        if version < 3:
            return [[n, call, 0, {}] for n in names]
        tensors = [
            {"class_name": "__keras_tensor__", "config": {"shape": [None, 4], "keras_history": [n, call, 0]}}
            for n in names
        ]
        return {"args": tensors if len(tensors) == 1 else [tensors], "kwargs": {}}

    dense = layer("Dense", name="d", units=4) | {"name": "d", "inbound_nodes": [reads("x"), reads("d")]}
    shape = "batch_shape" if version == 3 else "batch_input_shape"
    layers = [
        layer("InputLayer", name="x", **{shape: [None, 4]}) | {"name": "x", "inbound_nodes": []},
        dense,
        layer("Add", name="sum") | {"name": "sum", "inbound_nodes": [[*reads("x"), *reads("d", call=1)]]},
    ]
    if version == 3:
        both = [*reads("x")["args"], *reads("d", call=1)["args"]]
        layers[2]["inbound_nodes"] = [{"args": [both], "kwargs": {}}]
    config = {
        "name": "net",
        "layers": layers,
        "input_layers": [["x", 0, 0]],
        "output_layers": [["sum", 0, 0]],
    }
    kind = "Functional" if version == 3 else "Model"
    return json.dumps({"class_name": kind, "config": config, "keras_version": f"{version}.0.0"})


@pytest.mark.parametrize("version", [2, 3])
def test_graphs(version: int) -> None:
    module, _ = read(functional(version))
    (net,) = module.nets
    assert [(n.name, n.layer.op_name, n.inputs) for n in net.body] == [
        ("d", "dense", ("x",)),
        ("d_2", "dense", ("d",)),
        ("sum", "add", ("x", "d_2")),
    ]
    assert net.outputs == ("sum",)


def test_models_inside_models_are_read_in_place() -> None:
    inner = {"class_name": "Sequential", "config": [layer("Dense", name="fc", units=3)]}
    text = chain(layer("Dense", name="a", units=2, batch_input_shape=[None, 4]), inner)
    assert [n.name for n in read(text)[0].nets[0].body] == ["a", "sequential/fc"]


def test_recurrent_layers() -> None:
    words = layer("Embedding", name="words", input_dim=100, output_dim=8, input_length=20)
    lstm = layer("LSTM", name="state", units=16, recurrent_activation="sigmoid", return_sequences=True)
    both = layer("Bidirectional", name="both", layer=layer("LSTM", units=5, recurrent_activation="sigmoid"))
    assert body(chain(words, lstm, both)) == [
        "words_input = input ids[20]",
        "words = embed(words_input, vocab=100, dim=8, length=20)",
        "state = lstm(words, units=16, return_sequences=true)",
        "both = lstm(state, units=5, bidirectional=true)",
    ]


def test_what_computes_otherwise_is_kept_with_its_type_and_count() -> None:
    gru = layer("GRU", name="g", units=4, reset_after=False, batch_input_shape=[None, 5, 3])
    module, findings = read(chain(gru))
    (node,) = module.nets[0].body
    assert (node.layer.op_name, str(node.declared)) == ("opaque", "vector[4]")
    assert node.layer.parameters([], node.declared) == 3 * 4 * (3 + 4 + 1)  # type: ignore[arg-type]
    assert [d.code for d in findings] == [codes.LAYER_KEPT]


def test_code_in_a_lambda_is_never_run() -> None:
    bytecode = ["4wEAAAAAAAAAAAAAAAEAAAACAAAAQwAAAHMEAAAAdABTACkBTqkA", None, None]
    text = chain(
        layer("Dense", name="a", units=2, batch_input_shape=[None, 4]),
        layer("Lambda", name="f", function=bytecode, function_type="lambda"),
    )
    (_, kept) = read(text)[0].nets[0].body
    assert kept.layer.op_name == "opaque"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"class_name": "Sequential"', codes.JSON_MALFORMED),
        ('{"class_name": "Sequential", "config": {"name": "m"}}', codes.KERAS_CONTRACT),
        ('{"class_name": "Sequential", "config": [3]}', codes.KERAS_CONTRACT),
        ('{"class_name": "Dense", "config": {}}', codes.KERAS_CONTRACT),
        (chain(), codes.KERAS_CONTRACT),
        ('{"class_name": "Model", "config": ' + "[" * 10_000, codes.KERAS_CONTRACT),
        (chain(layer("Dense", name="a", units=-2, batch_input_shape=[None, 4])), codes.LAYER_WRONG),
        (functional(2).replace('["x", 0, 0, {}]', '["nobody", 0, 0, {}]', 1), codes.UNDEFINED_NAME),
    ],
)
def test_what_is_no_model_is_told(text: str, code: codes.Code) -> None:
    with pytest.raises(DlcError) as caught:
        read(text, "model.json")
    assert caught.value.diagnostics[0].code == code


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 9) | st.sampled_from(["Dense", "Sequential", "x", "same"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["class_name", "config", "layers", "name", "units", "inbound_nodes"]), inner
        )
    ),
    max_leaves=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(JSON)
def test_any_json_is_a_net_or_a_finding(value: Any) -> None:
    text = json.dumps({"class_name": "Sequential", "config": value})
    assert is_keras_json(text)
    try:
        read(text)
    except DlcError as error:
        assert error.diagnostics  # noqa: PT017


def test_preprocessing_with_stated_numbers_is_a_rescaling() -> None:
    first = layer("Rescaling", name="r", scale=0.5, offset=-1.0, batch_input_shape=[None, 4, 4, 2])
    told = layer("Normalization", name="n", axis=[-1], mean=[1.0, 2.0], variance=[4.0, 0.25])
    kept = layer("Normalization", name="k", axis=[3], mean=None, variance=None)
    assert body(chain(first, told, kept))[1:] == [
        "r = rescale(r_input, scale=0.5, offset=-1.0)",
        "n = rescale(r, scale=(0.5, 2.0), offset=(-0.5, -4.0))",
        "k = standardize(n)",
    ]


def tensor(name: str) -> dict[str, Any]:
    return {"class_name": "__keras_tensor__", "config": {"keras_history": [name, 0, 0]}}


def calls(*layers: tuple[str, str, list[Any]]) -> str:
    """A Keras 3 model on x = map[5, 4, 3]: class, name and the positional arguments of the call of each."""
    made: list[dict[str, Any]] = [
        {
            "class_name": "InputLayer",
            "name": "x",
            "config": {"batch_shape": [None, 5, 4, 3]},
            "inbound_nodes": [],
        }
    ]
    for kind, name, arguments in layers:
        nodes = [{"args": arguments, "kwargs": {}}]
        made.append({"class_name": kind, "name": name, "config": {"name": name}, "inbound_nodes": nodes})
    config = {"name": "m", "layers": made, "output_layers": [[layers[-1][1], 0, 0]]}
    return json.dumps({"class_name": "Functional", "keras_version": "3.1.0", "config": config})


def test_arithmetic_with_numbers_is_a_rescaling() -> None:
    text = calls(
        ("Add", "a", [tensor("x"), 3.0]),
        ("Multiply", "b", [0.5, tensor("a")]),
        ("Subtract", "c", [1, tensor("b")]),
        ("TrueDivide", "d", [tensor("c"), 4]),
    )
    assert body(text)[1:] == [
        "a = rescale(x, offset=3.0)",
        "b = rescale(a, scale=0.5)",
        "c = rescale(b, scale=-1.0, offset=1.0)",
        "d = rescale(c, scale=0.25)",
    ]


def test_parts_of_values_are_slices() -> None:
    def part(start: int | None, stop: int | None) -> dict[str, Any]:
        return {"class_name": "__slice__", "config": {"start": start, "stop": stop, "step": None}}

    text = calls(
        ("GetItem", "a", [tensor("x"), [{"class_name": "__ellipsis__", "config": {}}, part(1, None)]]),
        ("GetItem", "b", [tensor("a"), [part(None, None), part(1, 4), part(-2, None)]]),
    )
    assert body(text)[1:] == [
        "a = slice(x, start=1, size=2)",
        "b_axis1 = slice(a, start=1, size=3, axis=1) @ inferred",
        "b = slice(b_axis1, start=2, size=2, axis=2)",
    ]


def test_attention_takes_queries_keys_values() -> None:
    config = {"name": "m", "num_heads": 2, "key_dim": 3}
    inputs = [
        {"class_name": "InputLayer", "name": n, "config": {"batch_shape": [None, 5, 6]}, "inbound_nodes": []}
        for n in "qv"
    ]
    call = [{"args": [tensor("q"), tensor("v")], "kwargs": {}}]
    heads = {"class_name": "MultiHeadAttention", "name": "m", "config": config, "inbound_nodes": call}
    model = {"name": "n", "layers": [*inputs, heads], "output_layers": [["m", 0, 0]]}
    text = json.dumps({"class_name": "Functional", "keras_version": "3.1.0", "config": model})
    assert body(text)[2:] == ["m = attention(q, v, heads=2, dim=6)"]


@pytest.mark.parametrize(
    ("version", "lines"),
    [
        ("3.2.0", ["a = hard_sigmoid(a_input)"]),
        (
            "2.4.0",
            [
                "a_line = rescale(a_input, scale=1.2, offset=3.0) @ inferred",
                "a_ramp = relu6(a_line) @ inferred",
                "a = rescale(a_ramp, scale=0.16666666666666666)",
            ],
        ),
    ],
)
def test_a_hard_sigmoid_is_what_its_version_means(version: str, lines: list[str]) -> None:
    hard = layer("Activation", name="a", activation="hard_sigmoid", batch_input_shape=[None, 4])
    assert body(chain(hard, version=version))[1:] == lines


def test_a_cap_of_relu_is_scaled() -> None:
    capped = layer("ReLU", name="a", max_value=1.0, batch_input_shape=[None, 4])
    assert body(chain(capped))[1:] == [
        "a_scaled = rescale(a_input, scale=6.0) @ inferred",
        "a_ramp = relu6(a_scaled) @ inferred",
        "a = rescale(a_ramp, scale=0.16666666666666666)",
    ]


def test_a_weighed_residual_is_a_rescaling_and_a_sum() -> None:
    call = [{"args": [[tensor("x"), tensor("x")]], "kwargs": {}}]
    made = [
        {"class_name": "InputLayer", "name": "x", "config": {"batch_shape": [None, 4]}, "inbound_nodes": []},
        {"class_name": "CustomScaleLayer", "name": "s", "config": {"scale": 0.2}, "inbound_nodes": call},
    ]
    config = {"name": "m", "layers": made, "output_layers": [["s", 0, 0]]}
    text = json.dumps({"class_name": "Functional", "keras_version": "3.1.0", "config": config})
    assert body(text)[1:] == [
        "s_scaled = rescale(x, scale=0.2) @ inferred",
        "s = add(x, s_scaled)",
    ]


def test_normalising_along_another_axis_turns_the_value() -> None:
    norm = layer("BatchNormalization", name="n", axis=1, batch_input_shape=[None, 7, 5])
    assert body(chain(norm))[1:] == [
        "n_turned = permute(n_input, order=(2, 1)) @ inferred",
        "n = batchnorm(n_turned)",
        "n_back = permute(n, order=(2, 1)) @ inferred",
    ]


def test_a_file_cut_inside_a_string_says_where_it_begins() -> None:
    with pytest.raises(DlcError) as refused:
        read('{"class_name": "Sequential", "config": [{"class_na')
    (found,) = refused.value.diagnostics
    assert found.message == "unterminated string in line 1, column 42"
    assert found.fix is not None
    assert "cut off" in found.fix.message


def test_one_slope_for_all_numbers_is_told_from_one_a_position() -> None:
    layers = [
        {"class_name": "Dense", "config": {"name": "d", "units": 4, "batch_input_shape": [None, 3]}},
        {"class_name": "PReLU", "config": {"name": "p", "shared_axes": [1]}},
    ]
    _, found = read(json.dumps({"class_name": "Sequential", "config": layers, "keras_version": "2.2.0"}))
    assert [d.message for d in found] == ["PReLU p is kept as it is: it has one slope for all numbers"]
