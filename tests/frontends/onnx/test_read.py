"""Hand-made models: what other exporters write, old opsets, what is kept, and files that are no models."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlc.cli.main import main
from dlc.diagnostics import DlcError
from dlc.frontends.onnx import read, read_with_weights
from dlc.layers import REGISTRY
from dlc.syntax.printer import print_module

onnx = pytest.importorskip("onnx")
helper = onnx.helper
FLOAT, INT64 = 1, 7


def model(
    nodes: list[Any],
    inputs: dict[str, list[Any]],
    held: dict[str, Any] | None = None,
    output: str = "y",
    opset: int = 17,
    kind: int = FLOAT,
) -> Any:
    """A model of one output, whose shape is not stated."""
    tensors = [onnx.numpy_helper.from_array(np.asarray(a), name) for name, a in (held or {}).items()]
    given = [helper.make_tensor_value_info(name, kind, shape) for name, shape in inputs.items()]
    outputs = [helper.make_tensor_value_info(output, FLOAT, None)]
    graph = helper.make_graph(nodes, "net", given, outputs, tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


def node(kind: str, inputs: str, output: str = "y", **attributes: Any) -> Any:
    names = ["" if name == "-" else name for name in inputs.split()]
    return helper.make_node(kind, names, output.split(), name=output.split()[0], **attributes)


def text(made: Any) -> str:
    """The body of the net that is read, with nothing kept."""
    module, findings = read(made.SerializeToString(), "net.onnx")
    assert not findings, findings
    return print_module(module)


F32 = np.float32
PIXEL = ["N", 3, 8, 8]
KERNEL = np.ones((4, 3, 3, 3), F32)
TRANSLATED: dict[str, tuple[Any, str]] = {
    "clip of old opsets": (
        model([node("Clip", "x", min=0.0, max=6.0)], {"x": PIXEL}, opset=7),
        "y = relu6(x)",
    ),
    "pad joined to a convolution": (
        model(
            [node("Pad", "x p", "a"), node("Conv", "a k")],
            {"x": PIXEL},
            {"p": np.array([0, 0, 1, 1, 0, 0, 2, 2]), "k": KERNEL},
        ),
        "y = conv2d(x, filters=4, kernel=3, padding=(1, 2, 1, 2), bias=false)",
    ),
    "bias as an addition": (
        model(
            [node("Conv", "x k", "a"), node("Add", "a b")],
            {"x": PIXEL},
            {"k": KERNEL, "b": np.ones((4, 1, 1), F32)},
        ),
        "a = conv2d(x, filters=4, kernel=3)",
    ),
    "auto_pad": (
        model([node("Conv", "x k", auto_pad="SAME_UPPER", strides=[2, 2])], {"x": PIXEL}, {"k": KERNEL}),
        "y = conv2d(x, filters=4, kernel=3, stride=2, padding=same, bias=false)",
    ),
    "gelu": (
        model(
            [
                node("Div", "x r", "a"),
                node("Erf", "a", "b"),
                node("Add", "b one", "c"),
                node("Mul", "x c", "d"),
                node("Mul", "d h"),
            ],
            {"x": ["N", 7]},
            {"r": F32(2**0.5), "one": F32(1), "h": F32(0.5)},
        ),
        "y = gelu(x)",
    ),
    "swish": (
        model([node("Sigmoid", "x", "a"), node("Mul", "x a")], {"x": ["N", 7]}),
        "y = silu(x)",
    ),
    "hard swish": (
        model(
            [
                node("Add", "x three", "a"),
                node("Clip", "a zero six", "b"),
                node("Mul", "x b", "c"),
                node("Div", "c six"),
            ],
            {"x": ["N", 7]},
            {"three": F32(3), "zero": F32(0), "six": F32(6)},
        ),
        "y = hard_silu(x)",
    ),
    "layernorm written out": (
        model(
            [
                node("ReduceMean", "x", "m", axes=[-1]),
                node("Sub", "x m", "c"),
                node("Pow", "c two", "s"),
                node("ReduceMean", "s", "v", axes=[-1]),
                node("Add", "v e", "w"),
                node("Sqrt", "w", "q"),
                node("Div", "c q", "n"),
                node("Mul", "n g", "o"),
                node("Add", "o b"),
            ],
            {"x": ["N", 5, 6]},
            {"two": F32(2), "e": F32(1e-5), "g": np.ones(6, F32), "b": np.zeros(6, F32)},
        ),
        "y = layernorm(x, eps=1e-05)",
    ),
    "mean over the space": (
        model([node("ReduceMean", "x", "y", axes=[2, 3], keepdims=0)], {"x": PIXEL}),
        "y = global_avgpool2d(x)",
    ),
    "shape arithmetic": (
        model(
            [
                node("Shape", "x", "s"),
                node("Gather", "s zero", "n", axis=0),
                node("Unsqueeze", "n axes", "u"),
                node("Concat", "u rest", "t", axis=0),
                node("Reshape", "x t"),
            ],
            {"x": ["N", 3, 4]},
            {"zero": np.int64(0), "axes": np.array([0]), "rest": np.array([-1])},
        ),
        "y = flatten(x)",
    ),
    "channels last at the border": (
        model(
            [node("Transpose", "x", "a", perm=[0, 3, 1, 2]), node("Conv", "a k")],
            {"x": ["N", 8, 8, 3]},
            {"k": KERNEL},
        ),
        "y = conv2d(x, filters=4, kernel=3, bias=false)",
    ),
    "dense of every step": (
        model([node("MatMul", "x k", "a"), node("Add", "a b")], {"x": ["N", 5, 6]},
              {"k": np.ones((6, 4), F32), "b": np.ones(4, F32)}),
        "y = conv1d(x, filters=4, kernel=1)",
    ),
    "nearest by half pixels": (
        model([node("Resize", "x - s", mode="nearest")], {"x": PIXEL}, {"s": np.array([1, 1, 2, 2], F32)}),
        "y = upsample2d(x, size=2)",
    ),
    "a size that is given": (
        model(
            [node("Resize", "x - - s", mode="linear")], {"x": PIXEL}, {"s": np.array([1, 3, 16, 24])}
        ),
        "y = upsample2d(x, size=(2, 3), mode=bilinear)",
    ),
    "numbers of pixels": (
        model(
            [node("Sub", "x m", "a"), node("Div", "a s", "y")],
            {"x": PIXEL},
            {"m": np.array([1, 2, 3], F32).reshape(1, 3, 1, 1), "s": F32(4)},
        ),
        "a = rescale(x, offset=(-1.0, -2.0, -3.0))",
    ),
    "pooling that rounds up": (
        model([node("MaxPool", "x", kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)], {"x": PIXEL}),
        "y = maxpool2d(x, kernel=3, stride=2, round=ceil)",
    ),
    "averages of what is inside": (
        model(
            [node("AveragePool", "x", kernel_shape=[3, 3], strides=[2, 2], pads=[0, 0, 1, 1])], {"x": PIXEL}
        ),
        "y = avgpool2d(x, kernel=3, stride=2, padding=same)",
    ),
    "softmax of an old opset": (
        model([node("Softmax", "x")], {"x": ["N", 7]}, opset=11),
        "y = softmax(x)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("word", TRANSLATED)
def test_what_exporters_write(word: str) -> None:
    made, wanted = TRANSLATED[word]
    onnx.checker.check_model(onnx.shape_inference.infer_shapes(made))
    assert wanted in text(made)


def test_unknown_operators_are_kept_with_what_is_known() -> None:
    made = model([node("Einsum", "x x", "a", equation="nc,nc->nc"), node("Relu", "a")], {"x": ["N", 7]})
    made.graph.value_info.append(helper.make_tensor_value_info("a", FLOAT, ["N", 7]))
    module, findings = read(made.SerializeToString(), "net.onnx")
    assert [d.code.number for d in findings] == ["DLC0705"]
    assert str(findings[0].span).endswith("/graph/node/0")
    assert 'a: vector[7] = opaque "Einsum"(x, x, equation="nc,nc->nc")' in print_module(module)
    assert "relu" in print_module(module)


@pytest.mark.parametrize(
    ("kind", "attributes"),
    [
        ("Softmax", {"axis": 1}),  # before opset 13: over channels and space together
        ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 2]}),
        ("AveragePool", {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1], "strides": [3, 3]}),
        ("Elu", {"alpha": -1.0}),
        ("Selu", {"alpha": 2.0}),
        ("HardSigmoid", {"alpha": 0.2}),
        ("Transpose", {"perm": [1, 0, 2, 3]}),
    ],
)
def test_what_no_layer_does_is_kept(kind: str, attributes: dict[str, Any]) -> None:
    made = model(
        [node(kind, "x", "a", **attributes), node("Conv", "a k")], {"x": PIXEL}, {"k": KERNEL}, opset=11
    )
    module, findings = read(made.SerializeToString(), "net.onnx")
    assert module.nets[0].body
    assert findings
    assert findings[0].code.number == "DLC0705"
    assert kind in findings[0].message or "Conv" in findings[0].message


def test_a_value_that_is_read_twice_keeps_its_own_bias() -> None:
    """The sum is not joined to the convolution, whose result something else reads."""
    made = model(
        [node("Conv", "x k", "a"), node("Add", "a b", "c"), node("Concat", "a c", axis=1)],
        {"x": PIXEL},
        {"k": KERNEL, "b": np.ones((4, 1, 1), F32)},
    )
    module, _ = read(made.SerializeToString(), "net.onnx")
    assert "bias=false" in print_module(module)
    assert "rescale" in print_module(module)


def test_weights_of_gemm_are_turned_and_scaled() -> None:
    kernel = np.arange(6, dtype=F32).reshape(2, 3)
    made = model(
        [node("Gemm", "x k b", transB=1, alpha=2.0, beta=0.5)],
        {"x": ["N", 3]},
        {"k": kernel, "b": np.array([2, 4], F32)},
    )
    _, weights, _ = read_with_weights(made.SerializeToString(), "net.onnx")
    np.testing.assert_array_equal(weights["y"]["kernel"], kernel.T * 2)
    np.testing.assert_array_equal(weights["y"]["bias"], [1, 2])


def test_flattened_channels_first_weights_stand_in_the_languages_order() -> None:
    kernel = np.arange(12, dtype=F32).reshape(12, 1)
    made = model([node("Flatten", "x", "a"), node("MatMul", "a k")], {"x": ["N", 3, 2, 2]}, {"k": kernel})
    _, weights, _ = read_with_weights(made.SerializeToString(), "net.onnx")
    order = np.arange(12).reshape(3, 2, 2).transpose(1, 2, 0).reshape(-1)
    np.testing.assert_array_equal(weights["y"]["kernel"].reshape(-1), order)


# Files that are no models.

SOUND = model([node("Relu", "x")], {"x": PIXEL})


def code_of(data: bytes, file: str = "net.onnx") -> str:
    with pytest.raises(DlcError) as raised:
        read(data, file)
    return raised.value.diagnostics[0].code.number


@pytest.mark.parametrize(
    "data",
    [
        b"\x00\x01\x02",
        b"net n {\n}\n",
        b"PK\x03\x04" + bytes(50),
        SOUND.SerializeToString()[:-7],
        b"\x08\x08",
    ],
)
def test_bytes_that_are_no_model(data: bytes) -> None:
    assert code_of(data) == "DLC0731"


def test_opsets_that_are_not_known() -> None:
    assert code_of(model([node("Relu", "x")], {"x": PIXEL}, opset=99).SerializeToString()) == "DLC0731"


def test_missing_and_cyclic_values() -> None:
    missing = model([node("Relu", "z")], {"x": PIXEL})
    cyclic = model([node("Add", "x y", "a"), node("Relu", "a")], {"x": PIXEL})
    twice = model([node("Relu", "x", "a"), node("Tanh", "x", "a"), node("Relu", "a")], {"x": PIXEL})
    for made in (missing, cyclic, twice):
        assert code_of(made.SerializeToString()) == "DLC0732"


def test_operators_in_any_order() -> None:
    made = model([node("Tanh", "a"), node("Relu", "x", "a")], {"x": PIXEL})
    assert "relu" in text(made)


@pytest.mark.parametrize("dims", [[2**40, 2**40], [-1, 4], [10**9, 10**9, 10**9], [1000, 1000]])
def test_dimensions_that_are_not_there(dims: list[int]) -> None:
    made = model([node("MatMul", "x k")], {"x": ["N", 4]}, {"k": np.ones((4, 4), F32)})
    del made.graph.initializer[0].dims[:]
    made.graph.initializer[0].dims.extend(dims)
    assert code_of(made.SerializeToString()) == "DLC0732"


@pytest.mark.parametrize("where", ["../secret", "/etc/passwd", "a/../../secret", ""])
def test_files_outside_of_the_folder_are_never_read(where: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(64))
    folder = tmp_path / "models"
    folder.mkdir()
    assert code_of(beside(where).SerializeToString(), str(folder / "net.onnx")) == "DLC0732"


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(bytes(64))
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "data").symlink_to(tmp_path / "secret")
    with pytest.raises(DlcError, match="not in the model's folder"):
        read_with_weights(beside("data").SerializeToString(), str(folder / "net.onnx"))


def test_numbers_beside_the_model_are_read(tmp_path: Path) -> None:
    kernel = np.arange(16, dtype=F32).reshape(4, 4)
    (tmp_path / "data").write_bytes(kernel.tobytes())
    _, weights, _ = read_with_weights(beside("data").SerializeToString(), str(tmp_path / "net.onnx"))
    np.testing.assert_array_equal(weights["y"]["kernel"], kernel)
    (tmp_path / "data").write_bytes(bytes(8))
    with pytest.raises(DlcError, match="ends before its numbers do"):
        read_with_weights(beside("data").SerializeToString(), str(tmp_path / "net.onnx"))


def beside(where: str) -> Any:
    """A model whose only weight is said to be in another file."""
    made = model([node("MatMul", "x k")], {"x": ["N", 4]}, {"k": np.ones((4, 4), F32)})
    tensor = made.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", where
    return made


def test_constants_that_would_grow_are_not_calculated() -> None:
    made = model(
        [
            node("ConstantOfShape", "s", "a"),
            node("Expand", "a t", "b"),
            node("Range", "zero much one", "c"),
            node("Add", "x b"),
        ],
        {"x": ["N", 4]},
        {
            "s": np.array([10**6, 10**6]),
            "t": np.array([10**9, 10**9]),
            "zero": np.int64(0),
            "much": np.int64(10**12),
            "one": np.int64(1),
        },
    )
    start = time.process_time()
    module, _ = read(made.SerializeToString(), "net.onnx")
    assert module.nets[0].body
    assert time.process_time() - start < 5


def test_the_command_reads_models(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(SOUND.SerializeToString())
    assert main([str(path)]) == 0
    assert "y = relu(x)" in capsys.readouterr().out
    path.write_bytes(SOUND.SerializeToString()[:-9])
    assert main([str(path)]) == 1
    assert "DLC0731" in capsys.readouterr().err


def test_every_layer_can_be_read() -> None:
    """Each layer of the catalogue has a form among the cases of the round trip."""
    from support.keras_cases import CASES

    assert {call.partition("(")[0] for _, call in CASES} == set(REGISTRY) - {"opaque"}


@given(st.data())
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_bytes_give_a_net_or_a_code(data: st.DataObject) -> None:
    """Sound models with some bytes changed, cut out or put in."""
    made = bytearray(data.draw(st.sampled_from(SOUND_MODELS)))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(made) - 1))
        change = data.draw(st.sampled_from(("set", "cut", "put")))
        made[place : place + (change != "put")] = (
            b"" if change == "cut" else bytes([data.draw(st.integers(0, 255))])
        )
    try:
        read(bytes(made), "net.onnx")
    except DlcError as error:
        assert all(d.code.number.startswith("DLC07") for d in error.diagnostics)  # noqa: PT017


SOUND_MODELS = [made.SerializeToString() for made, _ in TRANSLATED.values()]


def test_a_long_chain_before_the_first_layer_that_tells_the_axes() -> None:
    names = ["x", *(f"r{i}" for i in range(1500))]
    made = [node("Relu", before, after) for before, after in itertools.pairwise(names)]
    made.append(node("GlobalAveragePool", names[-1]))
    assert "input map[5, 6, 4]" in text(model(made, {"x": ["N", 4, 5, 6]}))
