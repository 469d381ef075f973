"""Every layer in a tiny net: what is emitted runs, has the inferred shape and count, gives the layer's own
numbers and those of Keras, and trains."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from support.keras_cases import CASES, text
from support.nets import emit, read_module, read_net

from dlc.backends.parameters import by_role
from dlc.backends.pytorch.params import paths, state_dict, tensors
from dlc.diagnostics import DlcError
from dlc.ir import Module, Net
from dlc.weights.transfer import allocated

pytest.importorskip("torch")

from support import pytorch_run, torch_eval
from support.close import differences
from support.pytorch_run import torch

Case = tuple[str, str]


def named(case: Case) -> str:
    return f"{case[1]} of {case[0]}"


each = pytest.mark.parametrize("case", CASES, ids=named)


@each
def test_numbers_are_the_layers_own(case: Case) -> None:
    net = read_net(text(case))
    check(net)


@each
def test_in_forward_too(case: Case) -> None:
    """The same where the layer cannot stand in an `nn.Sequential`, since two things are made of it."""
    net = read_net(text(case).replace("  output it\n", "  other = relu6(it)\n  output it, other\n"))
    check(net)


def check(net: Net) -> None:
    """What is emitted has the catalogue's numbers and count, takes every weight, and trains."""
    source = emit("pytorch", net)[0]
    model = pytorch_run.from_source(source)
    module = Module(nets=(net,))
    inputs, weights = torch_eval.drawn_inputs(net, batch=2), torch_eval.drawn_weights(net)
    pytorch_run.set_weights(model, module, net, weights)
    made = pytorch_run.run(model, net, inputs)
    values = torch_eval.evaluate(net, inputs, weights)
    assert differences(made, {name: values[name] for name in net.outputs}) == {}, source
    if not any(node.layer.op_name in ("rnn", "lstm") for node in net.body):  # these have a second bias a gate
        assert pytorch_run.count(model) == count(net)
    model.train()
    given = [pytorch_run.laid(torch.as_tensor(inputs[i.name]), i.type) for i in net.inputs]
    results = model(*given)
    results = results if isinstance(results, tuple) else (results,)
    if list(model.parameters()):
        sum(result.square().mean() for result in results).backward()
        assert all(p.grad is not None and p.grad.isfinite().all() for p in model.parameters())


def catalogue(net: Net, state: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The weights of the layers from a state dict."""
    weights = allocated(net)
    for tensor in tensors(Module(nets=(net,))):
        tensor.restore(state[".".join(tensor.key)], weights[tensor.node])
    return weights


def count(net: Net) -> int:
    types = net.types()
    counts = (node.layer.parameters([types[n] for n in node.inputs], node.type) for node in net.body)
    return sum(counts)


@each
def test_weights_come_back(case: Case) -> None:
    """From the catalogue into the state dict and back, without loss."""
    net = read_net(text(case))
    weights = by_role(net, torch_eval.drawn_weights(net))
    again = catalogue(net, state_dict(tensors(Module(nets=(net,))), weights))
    assert {(n, r): a.tolist() for n, held in again.items() for r, a in held.items()} == {
        (n, r): a.tolist() for n, held in weights.items() for r, a in held.items()
    }


def test_two_biases_are_added() -> None:
    """What PyTorch trains has two biases a gate where the catalogue has one."""
    net = read_net("net n {\n  x = input sequence[5, 4]\n  y = lstm(x, units=3)\n  output y\n}\n")
    model = pytorch_run.from_source(emit("pytorch", net)[0])
    state = {key: array.numpy() for key, array in model.state_dict().items()}
    weights = catalogue(net, state)
    assert np.allclose(weights["y"]["bias"], state["y.bias_ih_l0"] + state["y.bias_hh_l0"])
    inputs = torch_eval.drawn_inputs(net)
    values = torch_eval.evaluate(net, inputs, {"y": list(weights["y"].values())})
    assert differences(pytorch_run.run(model, net, inputs), {"y": values["y"]}) == {}


BLOCKS = """\
block unit(x, width, count) {
  wide = conv2d(x, filters=width, kernel=1)
  y = wide |> repeat count (conv2d(filters=width, kernel=3, padding=1) |> relu)
  output y
}

net n {
  x = input map[6, 6, 3]
  a = x |> unit(width=4, count=2) |> repeat 2 unit(width=4, count=3) |> flatten |> dense(units=2)
  b = conv2d(x, filters=2, kernel=1)
  output a, b
}
"""


def test_paths_lead_through_blocks_and_rounds() -> None:
    assert paths(read_module(BLOCKS)) == {
        "a.1.wide": "a.0.wide",
        "a.1.y.1.1": "a.0.y.0.0",
        "a.1.y.2.1": "a.0.y.1.0",
        "a.2.1.wide": "a.1.wide",
        "a.2.1.y.1.1": "a.1.y.0.0",
        "a.2.1.y.2.1": "a.1.y.1.0",
        "a.2.1.y.3.1": "a.1.y.2.0",
        "a.2.2.wide": "a.2.wide",
        "a.2.2.y.1.1": "a.2.y.0.0",
        "a.2.2.y.2.1": "a.2.y.1.0",
        "a.2.2.y.3.1": "a.2.y.2.0",
        "a": "a.4",
        "b": "b",
    }


@pytest.mark.parametrize("body", ["it = groupnorm(x, groups=4)", "it = instancenorm(y)"])
def test_groups_of_one_number_are_refused(body: str) -> None:
    """PyTorch raises ValueError for them."""
    net = read_net(f"net n {{\n  x = input vector[4]\n  y = input map[1, 1, 4]\n  {body}\n  output it\n}}\n")
    with pytest.raises(DlcError) as raised:
        emit("pytorch", net)
    assert [d.code.number for d in raised.value.diagnostics] == ["DLC0501"]


def test_what_differs_in_training_does_so() -> None:
    net = read_net(
        "net n {\n  x = input vector[4000]\n  a = dropout(x, rate=0.25)\n"
        "  b = gaussian_noise(x, stddev=0.5)\n  output a, b\n}\n"
    )
    model: Any = pytorch_run.from_source(emit("pytorch", net)[0]).train()
    torch.manual_seed(0)
    x = torch.ones(1, 4000)
    dropped, noisy = model(x)
    assert abs((dropped == 0).float().mean().item() - 0.25) < 0.03
    assert abs((noisy - x).std().item() - 0.5) < 0.03


def test_moving_averages_move_as_in_the_catalogue() -> None:
    net = read_net("net n {\n  x = input vector[3]\n  y = batchnorm(x, momentum=0.75)\n  output y\n}\n")
    source = emit("pytorch", net)[0]
    assert "momentum=0.25" in source
    with pytest.raises(DlcError, match="not known"):
        emit("pytorch", read_net("net n {\n  x = input vector[3]\n  y = dense(x, units=?)\n  output y\n}\n"))
