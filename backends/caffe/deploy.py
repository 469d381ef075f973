"""Target `caffe`: a deploy prototxt for BVLC Caffe 1.0."""

from __future__ import annotations

from dlc.backends.base import Backend, Cell, Differences, EmitOptions, Emitted, EmittedFile, head_lines
from dlc.backends.caffe.lower import input_layout, is_concrete, notes, write_nodes
from dlc.backends.caffe.message import net_text, shape
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Value
from dlc.backends.caffe.writer import Writer
from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.ir import Module, Net


class CaffeBackend(Backend):
    """Writes the net with Input layers of one example."""

    name = "caffe"
    title = "deploy prototxt for BVLC Caffe 1.0"

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        (net,) = module.nets
        w = lower(net, Differences(self.name, options.approximate))
        found = w.differences.finish()
        title = f"{net.name}: deploy net for BVLC Caffe 1.0"
        head = [*head_lines(title, options, found), *notes(w, net)]
        return Emitted((EmittedFile(".prototxt", net_text(net.name, w.layers, head)),), found)

    def cells(self) -> dict[str, Cell]:
        return RULES.cells()


def lower(net: Net, differences: Differences) -> Writer:
    """The deploy net's layers; differences may hold errors afterwards."""
    require_known_inputs(net, differences.target)
    w = Writer(net, differences)
    for given in net.inputs:
        value = Value(given.name, input_layout(w, given.name, given.type), given.type)
        w.add("Input", given.name, (), (given.name,), {"input_param": shape(*value.dims(1))})
        w.values[given.name] = value
    write_nodes(w)
    return w


def require_known_inputs(net: Net, target: str) -> None:
    """Raise DlcError for inputs whose sizes are no numbers."""
    unknown = [given for given in net.inputs if not is_concrete(given.type)]
    if unknown:
        raise DlcError(
            Diagnostic(
                codes.HOLES_LEFT, f"{target} needs numbers: input {given.name!r} is {given.type}", given.span
            )
            for given in unknown
        )
