"""A simulated set as it is read back: its manifest, its pictures and their truth."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes
from dlc.simulate.truth import Truth

MANIFEST = "manifest.jsonl"


@attrs.frozen
class Entry:
    """A line of the manifest: a picture, its files by ending, and where its truth is."""

    id: str
    depth: int
    source: str
    style: str
    files: Mapping[str, str]
    truth: str
    offset: int
    damage: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Entry:
        """Read a line; raises KeyError, TypeError or ValueError where it is none."""
        words = [str(value[name]) for name in ("id", "source", "style", "truth")]
        files = {str(ending): str(path) for ending, path in value["files"].items()}
        depth, offset = int(value["depth"]), int(value["offset"])
        damage = tuple(map(str, value.get("damage", ())))
        return cls(words[0], depth, words[1], words[2], files, words[3], offset, damage)


def load_entries(folder: Path, ending: str, most: int | None = None) -> list[Entry]:
    """The pictures of a set that have a file with that ending: all, or about `most` spread evenly.

    Raises DlcError where there is no set, or no such file in it.
    """
    path = folder / MANIFEST
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        message = f"{folder} holds no simulated set: there is no {MANIFEST} to read; dlc simulate makes one"
        raise DlcError(Diagnostic(codes.SET_MISSING, message, FileSpan(str(folder)))) from None
    entries = [_entry(path, number, line) for number, line in enumerate(lines, start=1)]
    found = [entry for entry in entries if ending in entry.files]
    if not found:
        message = f"{folder} has no {ending} files; dlc simulate --vectors keeps vector forms"
        raise DlcError(Diagnostic(codes.SET_MISSING, message, FileSpan(str(folder))))
    return _spread(found, most)


def _spread(entries: Sequence[Entry], most: int | None) -> list[Entry]:
    if most is None or most >= len(entries):
        return list(entries)
    step = len(entries) / most
    # Sources take turns in a manifest: an even step alone would leave some out.
    return [entries[int(i * step) + i % int(step)] for i in range(most)]


def _entry(path: Path, number: int, line: str) -> Entry:
    try:
        return Entry.from_json(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        message = f"{path}, line {number}: no line of a manifest: {_why(error)}"
        raise DlcError(Diagnostic(codes.SET_DAMAGED, message, FileSpan(str(path)))) from None


def _why(error: Exception) -> str:
    return f"it has no {error}" if isinstance(error, KeyError) else str(error)


def load_truth(folder: Path, entry: Entry) -> Truth:
    """What is true of a picture; raises DlcError where that cannot be read."""
    path = folder / entry.truth
    try:
        with path.open("rb") as stream:
            stream.seek(entry.offset)
            return Truth.from_json(json.loads(stream.readline()))
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"the truth about {entry.id} cannot be read from {path}: {_why(error)}"
        raise DlcError(Diagnostic(codes.SET_DAMAGED, message, FileSpan(str(path)))) from None
