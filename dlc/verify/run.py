"""From two files to a report: both sides are made ready with the same weights, run, and compared."""

from __future__ import annotations

from pathlib import Path

import attrs

from dlc.backends.parameters import net_parameters
from dlc.diagnostics import Diagnostic, DlcError, codes
from dlc.diff import align, canonical
from dlc.ir import Module, Net
from dlc.verify import draw, original
from dlc.verify import side as sides
from dlc.verify.compare import Report, gaps
from dlc.verify.frameworks import FRAMEWORKS, is_installed, require
from dlc.verify.frameworks import run as run_job
from dlc.verify.script import script
from dlc.verify.side import Side
from dlc.weights import convert, files
from dlc.weights.files import framework_of
from dlc.weights.held import Weights
from dlc.weights.match import expanded, same_layers
from dlc.weights.transfer import named


@attrs.frozen
class Given:
    """One side as it was asked for: its file, its net where dlc can read it (with the file's format and
    text), its weights file where one was given, and the framework where one was chosen."""

    what: str
    path: Path
    module: Module | None
    form: str
    text: str | None
    weights: Path | None
    framework: str | None
    net: Net | None = attrs.field(init=False)  # expanded

    @net.default
    def _expanded(self) -> Net | None:
        return expanded(self.module).nets[0] if self.module is not None else None


@attrs.frozen
class Options:
    """How many examples are run, from which seed inputs and weights are drawn, how far values may be apart
    (as a part of a layer's largest value), and how many seconds a framework has."""

    count: int = 4
    seed: int = 0
    tolerance: float = 1e-4
    limit: float = 600.0


def verify(a: Given, b: Given, options: Options, folder: Path) -> Report:
    """Run both sides on the same inputs; files are written into `folder`.

    Raises DlcError where a framework is not installed or fails, and where the two nets cannot be compared.
    """
    net = a.net or b.net
    if net is None:
        message = f"{a.path} and {b.path} are both source code: dlc must read one of the two nets"
        raise DlcError(Diagnostic(codes.CANNOT_COMPARE, message))
    _require_sizes(net)
    pairs = _pairs(a, b, net)
    weights = _weights(a, b, pairs, options.seed)
    ready = [_side(x, y, weights[x.what], net, folder) for x, y in ((a, b), (b, a))]
    inputs = draw.inputs(net, options.count, options.seed)
    made = []
    for asked, each in zip((a, b), ready, strict=True):
        place = folder / each.what
        place.mkdir()
        given = [turn(array) for turn, array in zip(each.inputs, inputs, strict=True)]
        made.append(run_job(each.job, given, place, f"{asked.what} ({asked.path})", options.limit))
    return Report(tuple(gaps(net, ready[0], ready[1], made, pairs)), options.tolerance)


def _require_sizes(net: Net) -> None:
    """Raise DlcError for inputs whose sizes are not known: nothing could be drawn for them."""
    found = [i for i in net.inputs if not i.type.is_concrete]
    if found:
        raise DlcError(
            Diagnostic(
                codes.HOLES_LEFT, f"input {i.name} is {i.type}: a net is run only where all is a number"
            )
            for i in found
        )


def _pairs(a: Given, b: Given, net: Net) -> dict[str, str]:
    """The layers of `net`, each with its counterpart on the other side."""
    if a.module is None or b.module is None:
        return {node.name: node.name for node in net.body}
    one, two = a.net, b.net
    assert one is not None
    assert two is not None
    if [i.type for i in one.inputs] != [i.type for i in two.inputs] or len(one.outputs) != len(two.outputs):
        ends = [", ".join(f"{i.name}: {i.type}" for i in n.inputs) for n in (one, two)]
        message = f"{a.path} takes {ends[0]}, {b.path} takes {ends[1]}: they cannot be given the same"
        if ends[0] == ends[1]:
            message = f"{a.path} has {len(one.outputs)} outputs, {b.path} has {len(two.outputs)}"
        raise DlcError(Diagnostic(codes.CANNOT_COMPARE, message))
    names_a = {n.name for n in one.body}
    found = align(canonical(Module(nets=(one,))), canonical(Module(nets=(two,))), by_name=True)
    pairs = {x: y for x, y in found.pairs.items() if x in names_a}
    return pairs | dict(zip(one.outputs, two.outputs, strict=True))


def _weights(a: Given, b: Given, pairs: dict[str, str], seed: int) -> dict[str, Weights]:
    """The weights of both sides, each under the names of its expanded net: as given; else those of the other
    side; else drawn. None are known of source code."""
    held = {given.what: _own(given) for given in (a, b)}
    for given, other in ((a, b), (b, a)):
        if held[given.what] is None and given.module is not None:
            held[given.what] = _carried(given, other, held[other.what], seed)
    for given, other in ((a, b), (b, a)):
        if given.module is None:
            held[given.what] = held[other.what]
    return {what: found or {} for what, found in held.items()}


def _own(given: Given) -> Weights | None:
    if given.module is None:
        return None
    path = given.weights
    if path is None and framework_of(given.path) is not None:
        path = given.path  # a net with its weights in one file
    if path is None:
        return None
    return convert.weights_of(path, given.module, given.form, given.text).weights


def _carried(given: Given, other: Given, theirs: Weights | None, seed: int) -> Weights:
    """The other side's weights under this one's names, where there are any; else drawn ones."""
    net = given.net
    assert net is not None
    if theirs is None or other.net is None:
        return draw.weights(net, seed)
    layers = same_layers(other.net, net)
    lost = [name for name in net_parameters(net) if layers.get(name) not in theirs]
    if lost:
        message = (
            f"{given.path} has layers that {other.path} has no weights for: {named(lost)}; "
            f"--weights-{given.what.lower()} FILE gives them"
        )
        raise DlcError(Diagnostic(codes.CANNOT_COMPARE, message))
    return {name: theirs[owner] for name, owner in layers.items()}


def _side(given: Given, other: Given, weights: Weights, net: Net, folder: Path) -> Side:
    what = f"{given.path}"
    if given.module is None:
        framework = given.framework or script_framework(given.path)
        require(framework, what)
        assert other.module is not None
        prepared = convert.prepared(other.module, framework, other.form)
        path = given.weights
        if path is None:  # code that dlc wrote for the other side's net
            path = folder / f"{given.what}{sides.ENDINGS[framework]}"
            path.write_bytes(convert.written(path, other.module, prepared, weights))
        return script(given.what, given.path, framework, path, net, prepared)
    framework = given.framework or _home(given)
    require(framework, what)
    own = _original(given, framework, weights, folder) if given.framework is None else None
    return own or sides.emitted(given.what, given.module, framework, weights, folder)


def _original(given: Given, framework: str, weights: Weights, folder: Path) -> Side | None:
    """The file itself, with the weights written for it; None where dlc's code for it is to run instead."""
    net, text = given.net, given.text
    if net is not None and framework == "onnx" and given.form == "onnx" and given.weights is None:
        return original.in_onnx(given.what, given.path, net)
    if net is None or text is None:
        return None
    if framework == "caffe" and given.form == "prototxt" and original.runs_in_caffe(net, text):
        held = given.weights or _written(given, net, text, weights, folder, ".caffemodel")
        return original.in_caffe(given.what, given.path, net, text, held)
    if framework == "keras" and given.form in ("json", "keras-json") and original.runs_in_keras(text):
        whole = framework_of(given.path) is not None
        if whole and given.weights is None:
            return original.in_keras(given.what, given.path, net, text, None)
        held = _written(given, net, text, weights, folder, ".weights.h5")
        return original.in_keras(given.what, _document(given, text, folder), net, text, held)
    return None


def _written(given: Given, net: Net, text: str, weights: Weights, folder: Path, ending: str) -> Path:
    path = folder / f"{given.what}{ending}"
    path.write_bytes(files.written_own(path, net, given.form, text, weights))
    return path


def _document(given: Given, text: str, folder: Path) -> Path:
    """A model's configuration as a file of its own."""
    path = folder / f"{given.what}.json"
    path.write_text(text, encoding="utf-8")
    return path


_HOMES = {"prototxt": "caffe", "onnx": "onnx", "keras-json": "keras"}


def _home(given: Given) -> str:
    """The framework that a net's file belongs to; the first that is installed where it belongs to none."""
    if given.form == "json" and given.text is not None and '"class_name"' in given.text[:4000]:
        return "keras"
    if given.form in _HOMES:
        return _HOMES[given.form]
    return next((name for name in FRAMEWORKS if is_installed(name)), "keras")


def script_framework(path: Path) -> str:
    """The framework that source code imports. Raises DlcError where it is none that is known."""
    text = path.read_text(encoding="utf-8", errors="replace")
    if "import torch" in text:
        return "pytorch"
    if "import keras" in text or "from keras" in text:
        return "keras"
    message = f"{path} imports neither keras nor torch: dlc does not know how to run it"
    raise DlcError(Diagnostic(codes.CANNOT_COMPARE, message))
