"""Rules for activations: functions in `forward`, modules in an `nn.Sequential`."""

from __future__ import annotations

from typing import Any

from dlc.backends.pytorch.merge import axis
from dlc.backends.pytorch.plan import RULES, Ask, Function, Layout, Made
from dlc.backends.pytorch.weights import one
from dlc.types import Kind

# Module and function of those that PyTorch defines as the catalogue does.
_PLAIN = {
    "relu": ("nn.ReLU", "F.relu"),
    "relu6": ("nn.ReLU6", "F.relu6"),
    "selu": ("nn.SELU", "F.selu"),
    "gelu": ("nn.GELU", "F.gelu"),
    "silu": ("nn.SiLU", "F.silu"),
    "hard_silu": ("nn.Hardswish", "F.hardswish"),
    "sigmoid": ("nn.Sigmoid", "torch.sigmoid"),
    "hard_sigmoid": ("nn.Hardsigmoid", "F.hardsigmoid"),
    "tanh": ("nn.Tanh", "torch.tanh"),
    "softplus": ("nn.Softplus", "F.softplus"),
    "softsign": ("nn.Softsign", "F.softsign"),
}


@RULES.rule(*_PLAIN)
def _plain(ask: Ask) -> None:
    module, function = _PLAIN[ask.exact.op_name]
    _put(ask, Made(module), Function(function))


@RULES.rule("leaky_relu")
def _leaky_relu(ask: Ask) -> None:
    named = {"negative_slope": ask.layer.slope}
    _put(ask, Made("nn.LeakyReLU", named=named), Function("F.leaky_relu", named=named))


@RULES.rule("elu")
def _elu(ask: Ask) -> None:
    named = {"alpha": ask.layer.slope}
    _put(ask, Made("nn.ELU", named=named), Function("F.elu", named=named))


@RULES.rule("prelu")
def _prelu(ask: Ask) -> None:
    """One slope a channel, along the axis after the batch."""
    known = ask.inputs[0]
    ask.laid(Layout.FIRST)
    ask.put(Made("nn.PReLU", (known.channels,), weights=(one("weight", "slope"),)))
    ask.layout = Layout.LAST if known.type.kind is Kind.VECTOR else Layout.FIRST


@RULES.rule("softmax")
def _softmax(ask: Ask) -> None:
    dim: Any = axis(ask.inputs[0], ask.layer.axis)
    _put(ask, Made("nn.Softmax", named={"dim": dim}), Function("F.softmax", named={"dim": dim}))


@RULES.rule("linear")
def _linear(ask: Ask) -> None:
    _keep(ask)


def _put(ask: Ask, made: Made, function: Function) -> None:
    ask.put(made, -1, function=function, wraps=True)
    _keep(ask)


def _keep(ask: Ask) -> None:
    ask.layout, ask.order = ask.inputs[0].layout, ask.inputs[0].order
