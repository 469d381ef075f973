"""Reads folders of real network files, and prints how many are read and written exactly.

`python benchmarks/zoo.py FOLDER [PART...]`: FOLDER holds `prototxt/`, `keras_json/` and `keras_apps/` with what
Caffe and Keras say of each file (`caffe_says/`, `manifest.tsv`, `*.summary.json`). Parts, all of them unless some
are named: `prototxt` (blob shapes and parameter counts as Caffe reports them), `forks` (read without an error),
`return` (written to prototxt and read again), `json` (counts and output shapes as Keras reports them), `apps`
(emitted to every target), `build` (the emitted Keras source and JSON built by Keras; minutes), `speed`.
"""

from __future__ import annotations

import csv
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import attrs

from dlc.backends import load
from dlc.cli.commands.summary import lines
from dlc.cli.pipeline import CompileOptions, compile_module
from dlc.diagnostics import DlcError
from dlc.frontends import keras_json, prototxt
from dlc.frontends.prototxt.builder import caffe_dims
from dlc.ir import Module, Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.passes.pipeline import Blocks
from dlc.types import Kind, total

Row = dict[str, str]
TARGETS = ("keras", "keras-json", "pytorch", "onnx", "caffe")
OUTSIDE = ("Split", "Accuracy", "Input", "DummyData", "MemoryData", "Silence")


@attrs.define
class Score:
    """How many of how many, and what is wrong with the others."""

    what: str
    good: int = 0
    of: int = 0
    wrong: dict[str, str] = attrs.field(factory=dict)

    def add(self, name: str, problem: str | None) -> None:
        self.of += 1
        self.good += problem is None
        if problem is not None:
            self.wrong[name] = problem

    def show(self) -> None:
        print(f"{self.good}/{self.of} {self.what}")
        for name, problem in self.wrong.items():
            print(f"    {name}: {problem[:150]}")


def flat(module: Module) -> Net:
    """The checked net, blocks written out. Raises DlcError where it is wrong."""
    checked = check(ExpandBlocks().run(module).module)
    if not checked.ok:
        raise DlcError([d for d in checked.diagnostics if d.is_error])
    return checked.module.nets[0]


def parameters(net: Net) -> object:
    """What the net's own weights add up to."""
    return total(*(line.parameters for line in lines(net)))


def guarded(work: Callable[[], str | None]) -> str | None:
    """What is wrong; a diagnostic or an exception is."""
    try:
        return work()
    except DlcError as error:
        return "; ".join(f"{d.code.number} {d.message}" for d in error.diagnostics)
    except Exception as error:  # a defect: told, and the next file is read
        return f"CRASH {error!r}"


def emitted(module: Module, target: str, default: bool = False) -> str | bytes:
    """The main file of the only net."""
    made = compile_module(
        module, load(target), CompileOptions(holes="default" if default else "error", blocks=Blocks.SHORTER)
    )
    return made[0].emitted.files[0].text


# Prototxt.


@attrs.frozen
class Prototxt:
    """A file with what Caffe says of one phase."""

    row: Row
    text: str
    phase: str
    says: dict[str, Any]

    def read(self) -> Module:
        given = {
            top: value["shape"][1:]
            for stub in self.says.get("stubbed_data_layers") or []
            for top, value in stub["tops"].items()
        }
        stages = [s for s in self.row["stage"].replace(";", ",").split(",") if s] or None
        return prototxt.read(self.text, self.row["file"], self.phase.lower(), given, stages)[0]


def accepted(folder: Path) -> Iterator[list[Prototxt]]:
    """The files that Caffe accepts, each with the phases that load."""
    for row in manifest(folder / "prototxt"):
        if row["caffe_verdict"].startswith("ok"):
            text = (folder / "prototxt" / row["file"]).read_text(encoding="utf-8", errors="replace")
            says = json.loads((folder / "prototxt" / "caffe_says" / f"{row['file']}.json").read_text())
            phases = [p for p in ("TEST", "TRAIN") if isinstance(says.get(p), dict) and says[p].get("ok")]
            yield [Prototxt(row, text, phase, says[phase]) for phase in phases]


def manifest(folder: Path) -> list[Row]:
    """The rows of a folder's `manifest.tsv`."""
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def as_caffe_says(file: Prototxt) -> str | None:
    """A layer with another shape, or another parameter count; None where all is the same."""
    net = flat(file.read())
    types = {node.name: node.type for node in net.body}
    for layer in file.says["layers"]:
        kind, name = layer["type"], layer["name"]
        if kind in OUTSIDE or "Loss" in kind or name not in types:
            continue
        found, wanted = caffe_dims(types[name]), layer["top_shapes"][0][1:]
        timed = types[name] is not None and types[name].kind is Kind.SEQUENCE  # its steps come first in Caffe
        if list(found or ()) != wanted and not (timed and found and found[-1] == wanted[-1]):
            return f"{kind} {name} is {types[name]}, not {wanted}"
    factors = sum(layer["type"] == "BatchNorm" for layer in file.says["layers"])
    wanted = file.says.get("param_count") or int(file.row["param_count"] or 0)
    counted = parameters(net)
    whole = counted + factors if isinstance(counted, int) else counted
    return None if whole == wanted else f"{whole} parameters, not {wanted}"


def score_prototxt(folder: Path) -> None:
    """Prototxt against Caffe."""
    score = Score("prototxt that Caffe accepts are read with its shapes and parameter count")
    for phases in accepted(folder):
        problems = [p for file in phases if (p := guarded(lambda file=file: as_caffe_says(file)))]  # type: ignore[misc]
        score.add(phases[0].row["file"], problems[0] if problems else None)
    score.show()


def score_forks(folder: Path) -> None:
    """Prototxt that BVLC Caffe refuses."""
    score = Score("prototxt of forks are read, unknown layers kept")
    for row in manifest(folder / "prototxt"):
        if not row["caffe_verdict"].startswith("ok"):
            text = (folder / "prototxt" / row["file"]).read_text(encoding="utf-8", errors="replace")

            def whole(text: str = text, row: Row = row) -> None:
                flat(prototxt.read(text, row["file"])[0])

            score.add(row["file"], guarded(whole))
    score.show()


_REARRANGED = ("flatten", "permute", "reshape")


def returned(file: Prototxt) -> str | None:
    """What differs after the way to prototxt and back."""
    before = flat(file.read())
    after = flat(prototxt.read(str(emitted(Module(nets=(before,)), "caffe")))[0])
    types = {node.name: node.type for node in after.body}
    for node in before.body:
        if node.name in types and node.layer.op_name not in _REARRANGED and types[node.name] != node.type:
            return f"{node.name} is {types[node.name]}, was {node.type}"
    counts = parameters(before), parameters(after)
    return None if counts[0] == counts[1] else f"{counts[1]} parameters, were {counts[0]}"


def score_return(folder: Path) -> None:
    """Prototxt to prototxt."""
    score = Score("of these are the same when written to prototxt and read again")
    for phases in accepted(folder):
        score.add(phases[0].row["file"], guarded(lambda phases=phases: returned(phases[0])))  # type: ignore[misc]
    score.show()


# Keras.


def score_json(folder: Path) -> None:
    """Keras JSON against Keras."""
    score = Score("Keras JSON that some Keras loads are read with its parameter count and output shape")
    for row in manifest(folder / "keras_json"):
        if row["any_ok"] == "yes":
            text = (folder / "keras_json" / row["file"]).read_text(encoding="utf-8")
            score.add(row["file"], guarded(lambda text=text, row=row: as_keras_says(text, row)))  # type: ignore[misc]
    score.show()


def as_keras_says(text: str, row: Row) -> str | None:
    """Another parameter count or shape of the first output; None where both are the same."""
    net = flat(keras_json.read(text, row["file"])[0])
    first = net.types()[net.outputs[0]]
    shape = str(tuple(first.shape) if first is not None else "?")[1:-1].strip(",").replace("?", "None")
    counted = parameters(net)
    if str(counted) != row["params"]:
        return f"{counted} parameters, not {row['params']}"
    return None if shape in row["output_shape"] else f"{shape} is not {row['output_shape']}"


def applications(folder: Path) -> Iterator[tuple[str, Module, dict[str, Any]]]:
    """Name, module and what Keras says of every application."""
    for path in sorted((folder / "keras_apps").glob("*.summary.json")):
        name = path.name.removesuffix(".summary.json")
        text = path.with_name(f"{name}.json").read_text(encoding="utf-8")
        yield name, keras_json.read(text, name)[0], json.loads(path.read_text())


def score_apps(folder: Path) -> None:
    """Applications to every target."""
    scores = [Score(f"applications are emitted for {target}") for target in TARGETS]
    for name, module, _ in applications(folder):
        for score, target in zip(scores, TARGETS, strict=True):

            def emit(module: Module = module, target: str = target) -> None:
                emitted(module, target, default=True)

            score.add(name, guarded(emit))
    for score in scores:
        score.show()


def score_build(folder: Path) -> None:
    """Needs Keras 3."""
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras  # type: ignore[import-not-found, unused-ignore]

    source, graph = (
        Score(f"applications have Keras's count when built from {w}") for w in ("source", "JSON")
    )
    for name, module, says in applications(folder):
        source.add(name, guarded(lambda m=module, s=says: from_source(m, s["params"])))  # type: ignore[misc]
        text = guarded(lambda m=module, s=says: from_json(keras, m, s["params"]))  # type: ignore[misc]
        graph.add(name, text)
        keras.backend.clear_session()
    source.show()
    graph.show()


def from_source(module: Module, wanted: int) -> str | None:
    """Another parameter count of the model that the emitted source builds."""
    found: dict[str, Any] = {}
    exec(compile(emitted(module, "keras", default=True), "emitted", "exec"), found)  # our own output
    build = next(value for name, value in found.items() if name.startswith("build_"))
    counted = build().count_params()
    return None if counted == wanted else f"{counted} parameters, not {wanted}"


def from_json(keras: Any, module: Module, wanted: int) -> str | None:
    """Another parameter count of the model that the emitted JSON builds."""
    counted = keras.models.model_from_json(emitted(module, "keras-json", default=True)).count_params()
    return None if counted == wanted else f"{counted} parameters, not {wanted}"


def score_speed(folder: Path) -> None:
    """All files of both kinds to Keras in one process, as often as makes 500."""
    files = [*(folder / "prototxt").glob("*.prototxt"), *(folder / "keras_json").glob("*.json")]
    texts = [(p, p.read_text(encoding="utf-8", errors="replace")) for p in sorted(files)]
    texts = (texts * (500 // max(1, len(texts)) + 1))[:500]
    started, busy, written = time.perf_counter(), time.process_time(), 0
    for path, text in texts:
        reader = prototxt.read if path.suffix == ".prototxt" else keras_json.read

        def convert(reader: Any = reader, text: str = text) -> None:
            emitted(reader(text)[0], "keras", default=True)

        written += guarded(convert) is None
    taken, busy = time.perf_counter() - started, time.process_time() - busy
    rates = (
        f"{len(texts) / taken:.0f} files a second, {len(texts) / busy:.0f} a second of the processor's time"
    )
    print(f"{rates} ({len(texts)} to Keras, {written} written; aim: 20)")


PARTS: dict[str, Callable[[Path], None]] = {
    "prototxt": score_prototxt,
    "forks": score_forks,
    "return": score_return,
    "json": score_json,
    "apps": score_apps,
    "build": score_build,
    "speed": score_speed,
}


def main(words: Iterable[str]) -> None:
    """Print the parts that are asked for."""
    folder, *parts = words
    for part in parts or PARTS:
        PARTS[part](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
