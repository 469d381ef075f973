"""The form of emitted Keras source: `Sequential` or not, functions and loops, names, format, the head."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from support.keras_cases import CASES, text
from support.nets import emit, read_module, read_net

from dlc.backends import load
from dlc.cli.pipeline import CompileOptions, compile_module
from dlc.fuzz.strategies import dags
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.syntax import parse


def source(body: str, blocks: str = "") -> str:
    return emit("keras", read_module(f"{blocks}net n {{\n{body}\n}}\n"))[0]


def build(made: str) -> str:
    """The lines of the function that builds the model, after its docstring."""
    return made.partition('fresh weights."""\n')[2].partition("\n\n\nif __name__")[0]


def test_a_chain_is_sequential() -> None:
    made = source("  x = input vector[4]\n  y = x |> dense(units=3) |> relu |> dense(units=2)\n  output y")
    assert build(made) == (
        "    return keras.Sequential(\n"
        "        [\n"
        '            keras.Input((4,), name="x"),\n'
        '            layers.Dense(3, activation="relu", name="y_1"),\n'
        '            layers.Dense(2, name="y"),\n'
        "        ],\n"
        '        name="n",\n'
        "    )"
    )


def test_branches_are_functional() -> None:
    made = source(
        "  x = input vector[4]\n  a = dense(x, units=4)\n  joined = add(a, x)\n  r = relu(joined)\n"
        "  output r, joined"
    )
    assert build(made) == (
        '    x = keras.Input((4,), name="x")\n'
        '    y = layers.Dense(4, name="a")(x)\n'
        '    joined = layers.Add(name="joined")([y, x])\n'
        '    y = layers.Activation("relu", name="r")(joined)\n'
        '    return keras.Model(x, [y, joined], name="n")'
    )


BLOCK = """\
block unit(x, width, stride=1) {
  c = conv2d(x, filters=width, kernel=3, stride=stride, padding=1) |> batchnorm
  y = relu(c)
  output y
}

"""


def test_blocks_are_functions_and_repeats_are_loops() -> None:
    made = source(
        "  x = input map[8, 8, 3]\n  a = x |> unit(width=4) |> repeat 3 unit(width=4)\n  output a", BLOCK
    )
    assert made.count("def unit(x, width, stride=1") == 1
    assert build(made) == (
        '    x = keras.Input((8, 8, 3), name="x")\n'
        '    y = unit(x, width=4, name="a_1")\n'
        "    for i in range(1, 4):\n"
        '        y = unit(y, width=4, name=f"a_1_{i}")\n'
        '    return keras.Model(x, y, name="n")'
    )


def test_one_line_serves_calls_of_several_sizes() -> None:
    """Padding of 1 at stride 2 is `same` for a map of odd size alone, so it is written as it was stated."""
    made = source(
        "  x = input map[9, 9, 3]\n  a = unit(x, width=4, stride=2)\n"
        "  y = input map[8, 8, 3]\n  b = unit(y, width=4, stride=2)\n  output a, b",
        BLOCK,
    )
    assert made.count('layers.ZeroPadding2D(1, name=f"{name}_c_1_pad")') == made.count("def unit") == 1


def test_blocks_whose_calls_need_different_layers_are_written_out() -> None:
    """`same` averages of a map of even size are put together from others."""
    block = "block pool(x) {\n  y = avgpool2d(x, kernel=3, stride=2, padding=same)\n  output y\n}\n\n"
    odd, even = "  x = input map[9, 9, 3]\n  a = pool(x)\n", "  y = input map[8, 8, 3]\n  b = pool(y)\n"
    assert "def pool" in source(f"{odd}  output a", block)
    both = source(f"{odd}{even}  output a, b", block)
    assert "def pool" not in both
    assert 'layers.AveragePooling2D(3, strides=2, padding="same", name="a")' in both
    assert 'name="b_windows"' in both


ODD = """\
net "1 net/of: names" {
  class = input map[4, 4, 2]
  "größe" = input map[4, 4, 2]
  "conv/1" = conv2d(class, filters=2, kernel=1)
  "conv.1" = conv2d("conv/1", filters=2, kernel=1)
  conv_1 = conv2d("conv.1", filters=2, kernel=1)
  "x" = conv2d(conv_1, filters=2, kernel=1)
  layers = conv2d("größe", filters=2, kernel=1)
  "_" = add("x", layers)
  print = add("_", "x", conv_1)
  "1st" = relu(print)
  "a{b}" = tanh("1st")
  output "a{b}"
}
"""


def test_any_name_will_do() -> None:
    """Names of layers are those that every version of Keras takes, each given once."""
    made = emit("keras", read_module(ODD))[0]
    tree = ast.parse(made)
    named = [
        str(word.value.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for word in node.keywords
        if word.arg == "name" and isinstance(word.value, ast.Constant)
    ]
    assert len(named) == len(set(named)) == 12
    assert all(name.isascii() and name[0].isalnum() for name in named)
    assert "def build_" in made


def test_any_name_builds() -> None:
    pytest.importorskip("keras", minversion="3.0")
    from support import keras_run

    model = keras_run.from_source(emit("keras", read_module(ODD))[0])
    assert [tuple(tensor.shape) for tensor in model.outputs] == [(None, 4, 4, 2)]


def test_activations_join_the_layers_before_them_where_names_allow_it() -> None:
    joined = source("  x = input vector[4]\n  fc = dense(x, units=3)\n  fc_relu = relu(fc)\n  output fc_relu")
    assert '.Dense(3, activation="relu", name="fc")' in joined
    told = source("  x = input vector[4]\n  fc = dense(x, units=3)\n  seen = relu(fc)\n  output seen")
    assert 'layers.Activation("relu", name="seen")' in told
    read = source(
        "  x = input vector[4]\n  fc = dense(x, units=3)\n  fc_relu = relu(fc)\n  output fc_relu, fc"
    )
    assert 'layers.Activation("relu", name="fc_relu")' in read


def compiled(body: str, **options: str) -> str:
    module = parse(f"net n {{\n{body}\n}}\n", "n.dlnet").module
    (result,) = compile_module(module, load("keras"), CompileOptions(source="n.dlnet", **options))
    return result.emitted.files[0].text


def test_the_head_says_where_it_came_from_and_what_was_assumed() -> None:
    body = "  x = input map[8, 8, 3]\n  c = conv2d(x, filters=?, kernel=3)\n  output c"
    head = compiled(body, holes="default").partition("\n\n")[0].splitlines()
    assert head[0] == "# Network n, generated by dlc from n.dlnet"
    assert head[1] == "# Not stated by the source, or not as it states (check these):"
    assert "c" in head[2]
    assert "filters" in head[2]
    assert head[-1] == "# Runs on Keras 3 and on tf.keras 2.11 or later."


def formatted(folder: Path) -> None:
    """`ruff format` and `ruff check`, as they come, have nothing to change in the files of a folder."""
    for command in (("format", "--check", "--diff"), ("check", "--select", "E,F,W,I")):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", str(folder)],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout


def test_every_layer_is_formatted(tmp_path: Path) -> None:
    for number, case in enumerate(CASES):
        if "stride=2, dilation=2" not in case[1] or "transpose" not in case[1]:
            (tmp_path / f"case{number}.py").write_text(
                emit("keras", read_net(text(case)))[0], encoding="utf-8"
            )
    formatted(tmp_path)


def test_drawn_nets_are_formatted(tmp_path: Path) -> None:
    written: list[str] = []

    @given(dags(most=14))
    @settings(
        derandomize=True,
        database=None,
        deadline=None,
        max_examples=80,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def write(net: Net) -> None:
        refused = any("transpose" in node.layer.op_name for node in net.body)
        if not refused:
            module = check(Module(nets=(net,))).module
            written.append(emit("keras", module)[0])

    write()
    assert len(written) > 40
    for number, made in enumerate(written):
        (tmp_path / f"net{number}.py").write_text(made, encoding="utf-8")
    formatted(tmp_path)


# The layers of tf.keras 2.11: what they are called with by position, then by name, as its reference has it.
KERAS_2 = """
Conv1D Conv2D Conv3D: filters kernel_size | strides padding dilation_rate groups activation use_bias
Conv1DTranspose Conv2DTranspose Conv3DTranspose: filters kernel_size | strides padding output_padding
  dilation_rate activation use_bias
DepthwiseConv2D: kernel_size | strides padding depth_multiplier dilation_rate activation use_bias
SeparableConv2D: filters kernel_size | strides padding dilation_rate depth_multiplier activation use_bias
MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D AveragePooling2D AveragePooling3D:
  pool_size | strides padding
GlobalMaxPooling1D GlobalMaxPooling2D GlobalMaxPooling3D: |
GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D: |
UpSampling1D UpSampling3D: size |
UpSampling2D: size | interpolation
ZeroPadding1D ZeroPadding2D ZeroPadding3D: padding | data_format
Cropping1D Cropping2D Cropping3D: cropping |
Dense: units | activation use_bias
Flatten Add Subtract Multiply Average Maximum Minimum: |
Reshape: target_shape |
Permute: dims |
RepeatVector: n |
Embedding: input_dim output_dim |
SimpleRNN LSTM GRU: units | return_sequences
Bidirectional: layer |
MultiHeadAttention: num_heads key_dim | num_heads key_dim output_shape
Activation: activation |
ReLU: max_value |
LeakyReLU: alpha |
PReLU: | shared_axes
ELU: alpha |
Softmax: axis |
BatchNormalization: | momentum epsilon center scale
LayerNormalization: | epsilon center scale
GroupNormalization: groups | epsilon center scale
Dropout SpatialDropout2D: rate |
GaussianNoise: stddev |
Rescaling: scale | scale offset
Normalization: axis | axis mean variance invert
Concatenate: | axis
Dot: axes | axes normalize
"""


def keras_2() -> dict[str, tuple[int, set[str]]]:
    """How many arguments of a class have a position, and which have a name."""
    found = {}
    for entry in KERAS_2.strip().replace("\n  ", " ").splitlines():
        classes, _, arguments = entry.partition(":")
        placed, _, named = arguments.partition("|")
        found.update(dict.fromkeys(classes.split(), (len(placed.split()), {*named.split(), "name"})))
    return found


def test_only_what_keras_2_has_too_is_called() -> None:
    known = keras_2()
    for case in CASES:
        if "stride=2, dilation=2" in case[1] and "transpose" in case[1]:
            continue
        for call in ast.walk(ast.parse(emit("keras", read_net(text(case)))[0])):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
                owner = ast.unparse(call.func.value)
                if owner != "layers":
                    continue
                most, names = known[call.func.attr]
                assert len(call.args) <= most
                assert {str(word.arg) for word in call.keywords} <= names
