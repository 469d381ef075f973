"""Small simulated sets for tests."""

from __future__ import annotations

import json
from pathlib import Path

from support.nets import read_net

from dlc.ir import Net
from dlc.simulate import Settings
from dlc.simulate.sets import simulate
from dlc.simulate.truth import Truth


def made_set(folder: Path, settings: Settings) -> Path:
    """A set in a new folder."""
    folder.mkdir()
    simulate(folder, settings)
    return folder


def truths(folder: Path) -> list[tuple[dict[str, object], Truth]]:
    """Every line of a set's manifest, with the truth that it points at."""
    found = []
    for line in (folder / "manifest.jsonl").read_text().splitlines():
        entry = json.loads(line)
        with (folder / entry["truth"]).open() as stream:
            stream.seek(entry["offset"])
            found.append((entry, Truth.from_json(json.loads(stream.readline()))))
    return found


def checked_net(body: str) -> Net:
    """A net of statements, one a line, with types and its repeats written out; its output is `y`."""
    text = "net small {\n" + body + "\n output y\n}\n"
    return read_net(text)
