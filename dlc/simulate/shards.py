"""Writing one shard: a folder that appears only when it is complete."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from dlc.backends import load
from dlc.backends.base import EmitOptions
from dlc.ir import Module, Net
from dlc.simulate import caffe_style, keras_style
from dlc.simulate.designs import stream, table_design
from dlc.simulate.picture import Picture
from dlc.simulate.settings import Settings, Shard
from dlc.simulate.truth import Truth

MANIFEST, TRUTH = "manifest.jsonl", "truth.jsonl"
_TARGETS = ("dlnet", "keras-json", "caffe")


def write_shard(folder: Path, settings: Settings, shard: Shard) -> int:
    """Make the shard in `folder` unless it is there; the number of its pictures. Raises OSError."""
    pictures = shard.count * len(settings.sources)
    final, partial = folder / shard.name, folder / f".{shard.name}.partial"
    if final.exists():
        return pictures
    if partial.exists():  # left by a run that was stopped
        shutil.rmtree(partial)
    partial.mkdir()
    writer = _Writer(partial, shard.name)
    for index in range(shard.first, shard.first + shard.count):
        _write_design(writer, settings, shard.depth, index)
    writer.finish()
    partial.rename(final)
    return pictures


def _write_design(writer: _Writer, settings: Settings, depth: int, index: int) -> None:
    if set(settings.sources) != {"paper"}:
        net = table_design(settings.seed, depth, index)
        writer.write_net(net)
        for source in settings.sources:
            if source != "paper":
                rng = stream(settings.seed, depth, index, source)
                writer.write_picture(net.name, depth, _DRAWN[source](net, rng, settings.vectors))
    if "paper" in settings.sources:
        from dlc.simulate.paper import paper_picture

        name = f"net_{depth:02d}_{index:05d}"
        nets, picture = paper_picture(settings, depth, index)
        writer.write_nets(f"{name}.paper", nets)
        writer.write_picture(name, depth, picture)


def _keras(net: Net, rng: Any, vectors: tuple[str, ...]) -> Picture:
    return keras_style.draw(net, keras_style.random_style(rng), (".png", *vectors))


def _caffe(net: Net, rng: Any, vectors: tuple[str, ...]) -> Picture:
    return caffe_style.draw(net, caffe_style.random_style(rng), (".png", *vectors))


_DRAWN = {"keras": _keras, "caffe": _caffe}


class _Writer:
    """Writes a shard's files, and keeps a line of the manifest and of the truth for every picture."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._name = name
        self._entries: list[dict[str, Any]] = []
        self._truths: list[str] = []
        self._offset = 0

    def write_net(self, net: Net) -> None:
        """The design as `.dlnet`, Keras JSON and prototxt."""
        for target in _TARGETS:
            for file in load(target).emit(Module(nets=(net,)), EmitOptions()).files:
                self._write(f"{net.name}{file.ending}", file.encoded)

    def write_nets(self, stem: str, nets: Sequence[Net]) -> None:
        """Designs as `.dlnet` alone."""
        (file,) = load("dlnet").emit(Module(nets=tuple(nets)), EmitOptions()).files
        self._write(f"{stem}{file.ending}", file.encoded)

    def write_picture(self, name: str, depth: int, picture: Picture) -> None:
        """A picture in all its forms."""
        truth = picture.truth
        stem = f"{name}.{truth.source}"
        for ending, data in picture.files.items():
            self._write(f"{stem}{ending}", data)
        files = {ending: f"{self._name}/{stem}{ending}" for ending in picture.files}
        self._entries.append(self._entry(stem, depth, files, truth))
        line = json.dumps(truth.json(), separators=(",", ":")) + "\n"
        self._truths.append(line)
        self._offset += len(line.encode())

    def finish(self) -> None:
        """Write the lines that were kept."""
        self._write(TRUTH, "".join(self._truths).encode())
        self._write(MANIFEST, "".join(json.dumps(e) + "\n" for e in self._entries).encode())

    def _entry(self, stem: str, depth: int, files: Mapping[str, str], truth: Truth) -> dict[str, Any]:
        return {
            "id": stem,
            "depth": depth,
            "source": truth.source,
            "style": truth.style,
            "damage": list(truth.damage),
            "files": dict(files),
            "truth": f"{self._name}/{TRUTH}",
            "offset": self._offset,
        }

    def _write(self, name: str, data: bytes) -> None:
        (self._folder / name).write_bytes(data)
