"""The text of deploy nets: names, blobs computed in place, what the head says; what the checker refuses."""

from __future__ import annotations

import pytest
from support.nets import emit, read_net
from support.prototxt import Message, NotCaffe, read
from support.prototxt import read_net as read_layers

from dlc.backends import load
from dlc.backends.base import EmitOptions
from dlc.cli.pipeline import CompileOptions, compile_module
from dlc.diagnostics import DlcError, Severity
from dlc.ir import Module
from dlc.syntax import parse


def layers(body: str) -> list[Message]:
    return read_layers(emit("caffe", read_net(f"net n {{\n{body}\n}}\n"))[0])


def brief(body: str) -> list[str]:
    """A line a layer: its type, name, and blobs."""
    sides = ((layer, layer.get("bottom", []), layer.get("top", [])) for layer in layers(body))
    return [f"{layer['type']} {layer['name']}: {' '.join(b)} -> {' '.join(t)}" for layer, b, t in sides]


def test_activations_work_in_place_where_nothing_else_reads() -> None:
    assert brief(
        "  x = input map[8, 8, 3]\n"
        "  y = x |> conv2d(filters=2, kernel=3) |> batchnorm |> relu |> dropout(rate=0.5)\n"
        "  z = y |> flatten |> dense(units=2) |> softmax\n  output z"
    ) == [
        "Input x:  -> x",
        "Convolution y.1: x -> y.1",
        "BatchNorm y.2: y.1 -> y.1",
        "Scale y.2_scale: y.1 -> y.1",
        "ReLU y.3: y.1 -> y.1",
        "Dropout y: y.1 -> y.1",
        "InnerProduct z.2: y.1 -> z.2",
        "Softmax z: z.2 -> z",
    ]


def test_a_value_that_is_read_again_is_not_overwritten() -> None:
    made = brief(
        "  x = input map[8, 8, 3]\n  c = conv2d(x, filters=3, kernel=1)\n  r = relu(c)\n  y = add(c, r)\n"
        "  output y, r"
    )
    assert made[2:] == ["ReLU r: c -> r", "Eltwise y: c r -> y"]


def test_an_input_is_not_overwritten() -> None:
    assert brief("  x = input vector[3]\n  y = x |> relu |> relu\n  output y") == [
        "Input x:  -> x",
        "ReLU y.1: x -> y.1",
        "ReLU y: y.1 -> y",
    ]


@pytest.mark.parametrize(
    "call",
    [
        "conv2d(x, filters=2, kernel=4, stride=2, padding=same)",
        "maxpool2d(x, kernel=3, stride=2)",
        "crop2d(x, cropping=(1, 0, 0, 2))",
        "conv2d_transpose(x, filters=2, kernel=3, stride=2, padding=same)",
    ],
)
def test_the_output_comes_last_and_alone(call: str) -> None:
    """Programs that know layers and no blobs take the last layer for the net's output."""
    last = layers(f"  x = input map[8, 9, 3]\n  y = {call}\n  output y")[-1]
    assert last["top"] == ["y"]


def test_a_padding_layer_is_left_to_the_convolution() -> None:
    made = layers(
        "  x = input map[8, 8, 3]\n  y = x |> zeropad2d(padding=1) |> conv2d(filters=2, kernel=3)\n  output y"
    )
    assert [layer["type"] for layer in made] == ["Input", "Convolution"]
    assert made[1]["convolution_param"]["pad"] == [1]


def test_fields_of_a_convolution() -> None:
    made = layers(
        "  x = input map[8, 9, 4]\n"
        "  y = conv2d(x, filters=6, kernel=(3, 2), stride=(1, 2), padding=(1, 1, 0, 0), groups=2,\n"
        "    bias=false)\n"
        "  z = conv2d(y, filters=2, kernel=3, padding=2, dilation=2)\n  output z"
    )
    assert made[1]["convolution_param"] == {
        "num_output": 6,
        "bias_term": False,
        "pad_h": 1,
        "pad_w": 0,
        "kernel_h": 3,
        "kernel_w": 2,
        "stride_h": 1,
        "stride_w": 2,
        "group": 2,
    }
    assert made[2]["convolution_param"] == {
        "num_output": 2,
        "pad": [2],
        "kernel_size": [3],
        "dilation": [2],
    }


def test_recurrent_layers() -> None:
    """Caffe's take steps first, and `cont`, which is 0 where a sequence begins."""
    made = layers(
        "  x = input ids[5]\n  y = x |> embed(vocab=9, dim=4) |> lstm(units=3, return_sequences=true)\n"
        "  z = y |> lstm(units=2)\n  output z"
    )
    by_name = {layer["name"]: layer for layer in made}
    assert by_name["x"]["input_param"] == {"shape": [{"dim": [5, 1]}]}
    assert by_name["y.1"]["embed_param"] == {"input_dim": 9, "num_output": 4, "bias_term": False}
    assert by_name["cont_parts"]["dummy_data_param"] == {
        "shape": [{"dim": [1, 1]}, {"dim": [4, 1]}],
        "data_filler": [{"type": "constant", "value": 0.0}, {"type": "constant", "value": 1.0}],
    }
    lstms = [layer for layer in made if layer["type"] == "LSTM"]
    assert [layer["bottom"][1] for layer in lstms] == ["cont", "cont"]
    assert [layer["recurrent_param"] for layer in lstms] == [{"num_output": 3}, {"num_output": 2}]


def emitted(body: str, **options: object) -> str:
    module = parse(f"net n {{\n{body}\n}}\n", "n.dlnet").module
    (result,) = compile_module(module, load("caffe"), CompileOptions(source="n.dlnet", **options))  # type: ignore[arg-type]
    return result.emitted.files[0].text


def head(text: str) -> list[str]:
    return [line[2:] for line in text.splitlines() if line.startswith("# ")]


def test_the_head_says_where_it_came_from_and_what_was_assumed() -> None:
    body = "  x = input map[8, 8, 3]\n  c = conv2d(x, filters=?, kernel=3)\n  output c"
    first, second, third = head(emitted(body, holes="default"))
    assert first == "n: deploy net for BVLC Caffe 1.0, generated by dlc from n.dlnet"
    assert second == "Not stated by the source, or not as it states (check these):"
    assert "filters" in third


def test_the_head_says_how_inputs_lie_and_which_weights_meet_another_order() -> None:
    text = emitted(
        "  x = input sequence[5, 4]\n  y = input map[2, 2, 3]\n  a = lstm(x, units=2)\n"
        "  b = y |> flatten |> dense(units=2)\n  c = concat(a, b)\n  output c"
    )
    assert head(text)[1:] == [
        "x is steps x N x features.",
        "The weights of b meet a flattened blob: inputs in the order (C, H, W), not (H, W, C).",
    ]


RNN = (
    "  x = input sequence[5, 4]\n  a = rnn(x, units=2)\n  b = rnn(x, units=2)\n  c = concat(a, b)\n  output c"
)


def test_approximations_are_accepted_and_said() -> None:
    """Exact, an rnn is a layer a step; accepted, Caffe's own RNN computes something else."""
    assert "RNN" not in {layer["type"] for layer in layers(RNN)}
    module = Module(nets=(read_net(f"net n {{\n{RNN}\n}}\n"),))
    made = load("caffe").emit(module, EmitOptions(approximate=True))
    assert [layer["type"] for layer in read_layers(made.files[0].text)].count("RNN") == 2
    assert [(d.code.number, d.severity) for d in made.diagnostics] == [("DLC0502", Severity.WARNING)] * 2
    told = head(made.files[0].text)
    at = told.index("Only approximately as stated:")
    assert ["rnn 'a'" in told[at + 1], "rnn 'b'" in told[at + 2]] == [True, True]


def test_all_that_cannot_be_said_is_told_at_once() -> None:
    body = (
        "  x = input map[4, 4, 2]\n  a = upsample2d(x, size=(2, 3), mode=bilinear)\n  b = relu(a)\n"
        "  c = upsample2d(b, size=(1, 2), mode=bilinear)\n  output c"
    )
    with pytest.raises(DlcError) as raised:
        emitted(body)
    found = raised.value.diagnostics
    assert [d.code.number for d in found] == ["DLC0501", "DLC0501"]
    assert all("enlarges height and width alike" in d.message for d in found)
    assert ["'a'" in found[0].message, "'c'" in found[1].message] == [True, True]


STRANGE = """
net "a net" {
  "in/x" = input vector[3]
  "größe \\"1\\"" = relu("in/x")
  output "größe \\"1\\""
}
"""


def test_names_are_kept_as_they_are() -> None:
    text = emit("caffe", read_net(STRANGE))[0]
    assert read(text)["name"] == "a net"
    assert read_layers(text)[-1]["top"] == ['größe "1"']
    assert text.isascii()


CONV = (
    'layer { name: "c" type: "Convolution" bottom: "x" top: "c" '
    "convolution_param { num_output: 1 kernel_size: 1 } }"
)
DATA = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 3 } } }\n'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (CONV.replace("kernel_size", "kernel"), "ConvolutionParameter has no field kernel"),
        (CONV.replace("convolution_param", "conv_param"), "LayerParameter has no field conv_param"),
        (CONV.replace("num_output: 1", "num_output: -1"), "num_output is no uint"),
        (CONV.replace("num_output: 1", 'num_output: "1"'), "num_output is no uint"),
        (CONV.replace("num_output: 1", "num_output: 1 num_output: 2"), "num_output is stated twice"),
        (CONV.replace("Convolution", "Convolutional"), "no layer type 'Convolutional'"),
        (CONV.replace("Convolution", "Pooling"), "does not read convolution_param"),
        (CONV.replace('bottom: "x"', ""), "wrong number of bottoms"),
        (CONV.replace('bottom: "x"', 'bottom: "y"'), "reads 'y', which no layer before it makes"),
        (CONV.replace('top: "c"', 'top: "x"'), "makes 'x', which there is already"),
        (CONV + CONV, "several layers are called 'c'"),
        (CONV.replace("kernel_size: 1", 'weight_filler { type: "xaver" }'), "no filler 'xaver'"),
        (CONV[:-1], "layer is not closed"),
        (CONV + "}", "closes nothing"),
        (
            'layer { name: "p" type: "Pooling" bottom: "x" top: "p" pooling_param { pool: AVG } }',
            "no PoolMethod: AVG",
        ),
        ('layer { name: "p" type: "Permute" bottom: "x" top: "p" }', "no layer type 'Permute'"),
    ],
)
def test_the_checker_refuses(text: str, message: str) -> None:
    read_layers(DATA + CONV)
    with pytest.raises(NotCaffe, match=message):
        read_layers(DATA + text)
