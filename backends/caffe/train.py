"""Target `caffe-train`: a net with data and losses for training and testing, and a solver."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import attrs

from dlc.backends.base import Backend, Cell, Differences, EmitOptions, Emitted, EmittedFile, head_lines
from dlc.backends.caffe.activations import caffe_axis
from dlc.backends.caffe.deploy import require_known_inputs
from dlc.backends.caffe.lower import input_layout, notes, write_nodes
from dlc.backends.caffe.message import IN_TESTING, IN_TRAINING, Word, message_text, net_text
from dlc.backends.caffe.rules import RULES
from dlc.backends.caffe.values import Layout, Value
from dlc.backends.caffe.writer import Writer
from dlc.ir import Module, Net
from dlc.types import Kind, Type

BATCH = 32
_PHASES = (("train", IN_TRAINING), ("test", IN_TESTING))


class CaffeTrainBackend(Backend):
    """Writes `NET_train_val.prototxt` and `NET_solver.prototxt`."""

    name = "caffe-train"
    title = "train_val and solver prototxt for BVLC Caffe 1.0"

    def emit(self, module: Module, options: EmitOptions) -> Emitted:
        (net,) = module.nets
        require_known_inputs(net, self.name)
        training = _Training(net, Differences(self.name, options.approximate))
        training.write()
        found = training.w.differences.finish()
        head = [
            *head_lines(f"{net.name}: net for training with BVLC Caffe 1.0", options, found),
            *training.sources,
            *notes(training.w, training.net),
        ]
        text = net_text(net.name, training.w.layers, head)
        main = f"{_plain(net.name)}_train_val.prototxt"
        solver = message_text(solver_fields(main, _plain(net.name)), solver_head(net.name, options))
        return Emitted(
            (EmittedFile("_train_val.prototxt", text), EmittedFile("_solver.prototxt", solver, main)), found
        )

    def cells(self) -> dict[str, Cell]:
        return RULES.cells()


@attrs.frozen
class Head:
    """An output's loss: the layer type that computes it, and the value that it looks at."""

    output: str
    loss: str
    value: str


class _Training:
    """Writes data layers, the net, losses and accuracies; `sources` says what the databases hold."""

    def __init__(self, net: Net, differences: Differences) -> None:
        self.heads = list(loss_heads(net))
        self.net = _without_last_activations(net, self.heads)
        self.w = Writer(self.net, differences, train=True, batch=BATCH)
        self.sources: list[str] = []
        self._label: str | None = None
        self._classes: object = None

    def write(self) -> None:
        """Append everything."""
        for index, given in enumerate(self.net.inputs):
            labelled = index == 0 and self._shares_label()
            layout = input_layout(self.w, given.name, given.type)
            self.w.values[given.name] = self._data(given.name, given.type, layout, labelled)
        write_nodes(self.w)
        for head in self.heads:
            if head.value in self.w.values:
                self._lose(head)

    def _shares_label(self) -> bool:
        """Whether some output is one class an example, so that the first database's labels serve."""
        types = self.net.types()
        counts = [_classes(head, kind) for head in self.heads if (kind := types[head.value]) is not None]
        self._classes = next((count for count in counts if count is not None), None)
        return self._classes is not None

    def _data(self, name: str, kind: Type, layout: Layout, labelled: bool = False) -> Value:
        """A value from a database, in `layout`."""
        w, datum = self.w, _datum(kind, layout)
        rows = Layout.FLAT if kind.kind is Kind.IDS else Layout.ROWS
        lying = attrs.evolve(Value(name, layout, kind), layout=rows if layout is Layout.STEPS else layout)
        dims = lying.dims(0)[1:]
        straight = (*dims, *(1,) * (3 - len(dims))) == datum and len(dims) == 3
        top = name if straight and lying.layout is layout else w.fresh(f"{name}_data")
        top = self._database(name, top, kind, layout, labelled)
        if not straight:
            top = w.reshape(top, f"{name}_shaped", (0, *dims))
        return w.like(attrs.evolve(lying, blob=top), layout)

    def _database(
        self, name: str, top: str, kind: Type, layout: Layout, labelled: bool = False, holds: str = ""
    ) -> str:
        """Data layers for both phases; the blob that they give. `holds` ends what is told of the data."""
        self._label = self.w.fresh("label") if labelled else self._label
        tops = (top, self._label) if labelled and self._label else (top,)
        for phase, include in _PHASES:
            source = f"{_plain(self.net.name)}_{phase}_{_plain(name)}_lmdb"
            fields = {"source": source, "batch_size": BATCH, "backend": Word("LMDB")}
            self.w.add("Data", name, (), tops, include | {"data_param": fields})
        label = ", labels are class numbers" if labelled else ""
        sizes = " x ".join(map(str, _datum(kind, layout)))
        databases = f"{_plain(self.net.name)}_{{train,test}}_{_plain(name)}_lmdb"
        self.sources.append(f"{databases}: data of {sizes}{label or holds}.")
        return top

    def _lose(self, head: Head) -> None:
        """The loss, and in testing the accuracy, of an output."""
        w, value = self.w, self.w.values[head.value]
        several = len(self.heads) > 1
        loss = w.fresh(f"{head.output}_loss" if several else "loss")
        if head.loss != OF_CLASSES:
            blob = w.flat(value).blob if value.layout is Layout.UNFLATTENED else value.blob
            if value.type.kind is Kind.VOLUME:  # EuclideanLoss counts blobs of up to four axes
                blob = w.step("Flatten", f"{head.output}_flat", (blob,))
            w.add(head.loss, loss, (blob, self._targets(head, value)), (loss,))
            return
        label = self._labels(head, value)
        axis = caffe_axis(value, -1)
        placed = {} if axis == 1 else {"softmax_param": {"axis": axis}}
        w.add(head.loss, loss, (value.blob, label), (loss,), placed)
        accuracy = w.fresh(f"{head.output}_accuracy" if several else "accuracy")
        counted = {} if axis == 1 else {"accuracy_param": {"axis": axis}}
        w.add("Accuracy", accuracy, (value.blob, label), (accuracy,), IN_TESTING | counted)

    def _labels(self, head: Head, value: Value) -> str:
        """The class numbers that an output is compared with, one for each of its positions."""
        if self._label and _classes(head, value.type) == self._classes:
            return self._label
        name = self.w.fresh(f"{head.output}_label")
        if value.type.kind in (Kind.MAP, Kind.VOLUME):
            kind = attrs.evolve(value.type, shape=(*value.spatial, 1))
            return self._database(name, name, kind, Layout.CHANNELS, holds=", class numbers")
        kind = Type(Kind.IDS, (math.prod(value.spatial),))
        return self._data(name, kind, Layout.STEPS if value.layout is Layout.STEPS else Layout.FLAT).blob

    def _targets(self, head: Head, value: Value) -> str:
        """The numbers that an output is compared with; of one yes or no, the class numbers 0 and 1."""
        if self._label and _classes(head, value.type) == self._classes:
            return self._label
        name = self.w.fresh(f"{head.output}_target")
        if value.layout is Layout.STEPS:
            return self._data(name, value.type, value.layout).blob
        return self._database(name, name, value.type, value.layout)  # as many numbers, in the same order


def _classes(head: Head, kind: Type) -> object:
    """How many units tell an example's class; None where the output is something else."""
    if kind.kind is not Kind.VECTOR:
        return None
    binary = head.loss == "SigmoidCrossEntropyLoss" and kind.channels == 1
    return kind.channels if binary or head.loss == OF_CLASSES else None


def loss_heads(net: Net) -> Iterator[Head]:
    """The loss of each output: of a last softmax or sigmoid, the one that computes it itself."""
    nodes = {node.name: node for node in net.body}
    for output in dict.fromkeys(net.outputs):
        node = nodes.get(output)
        op: Any = node.layer if node is not None else None
        if node is None or node.type is None:
            yield Head(output, "EuclideanLoss", output)
        elif op.op_name == "softmax" and op.axis in (-1, len(node.type.shape)):
            yield Head(output, OF_CLASSES, node.inputs[0])
        elif op.op_name == "sigmoid":
            yield Head(output, "SigmoidCrossEntropyLoss", node.inputs[0])
        else:
            yield Head(output, "EuclideanLoss", output)


OF_CLASSES = "SoftmaxWithLoss"


def _without_last_activations(net: Net, heads: list[Head]) -> Net:
    """The net up to what the losses look at; activations that something else reads stay."""
    readers = net.consumers()
    gone = {head.output for head in heads if head.value != head.output and not readers[head.output]}
    body = tuple(node for node in net.body if node.name not in gone)
    return attrs.evolve(net, body=body, outputs=tuple(dict.fromkeys(head.value for head in heads)))


def _datum(kind: Type, layout: Layout) -> tuple[int, int, int]:
    """The channels, height and width of the data that a database holds for a value."""
    shape = Value("", Layout.ROWS, kind).shape
    match kind.kind:
        case Kind.MAP:
            return shape[2], shape[0], shape[1]
        case Kind.VOLUME:
            return shape[3], shape[0] * shape[1], shape[2]
        case Kind.SEQUENCE if layout is Layout.CHANNELS:
            return shape[1], shape[0], 1
        case Kind.SEQUENCE:
            return shape[0], shape[1], 1
    return shape[0], 1, 1


def _plain(name: str) -> str:
    """A name as files have it everywhere."""
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def solver_fields(net: str, snapshots: str) -> dict[str, Any]:
    """Stochastic gradient descent with momentum and a stepwise falling rate (Krizhevsky et al. 2012).

    `net` is the file of the net, `snapshots` how the names of saved weights begin.
    """
    return {
        "net": net,
        "test_iter": 100,
        "test_interval": 1000,
        "base_lr": 0.01,
        "lr_policy": "step",
        "gamma": 0.1,
        "stepsize": 100000,
        "momentum": 0.9,
        "weight_decay": 0.0005,
        "display": 100,
        "max_iter": 300000,
        "snapshot": 10000,
        "snapshot_prefix": snapshots,
        "solver_mode": Word("CPU"),
    }


def solver_head(name: str, options: EmitOptions) -> Iterator[str]:
    """What the solver's numbers are, and where they may be changed."""
    yield from head_lines(f"{name}: solver for BVLC Caffe 1.0", options)
    yield "None of these numbers is in the net: they are the usual start. The rate falls tenfold every"
    yield f"`stepsize` iterations of {BATCH} examples; a test runs `test_iter` batches. GPU: solver_mode: GPU"
