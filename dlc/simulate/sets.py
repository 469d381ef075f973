"""Making a whole set: shards by as many processes as wanted, and one manifest at the end.

A run that was stopped goes on where it was: complete shards are kept, the rest is made again.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterable
from pathlib import Path

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes
from dlc.simulate.parallel import workers
from dlc.simulate.settings import Settings, Shard
from dlc.simulate.shards import MANIFEST, write_shard

SETTINGS = "settings.json"


def simulate(
    folder: Path, settings: Settings, jobs: int = 1, progress: Callable[[int], None] | None = None
) -> int:
    """Make the set that the settings determine, or what is missing of it; the number of its pictures.

    `folder` exists. `progress` is told how many pictures there are, after every shard. Raises DlcError
    when the folder holds another set or cannot be written.
    """
    shards = list(settings.shards())
    try:
        _claim(folder, settings)
        done = 0
        with workers(min(jobs, len(shards))) as run:
            for made in run(functools.partial(_write, folder, settings), shards):
                done += made
                if progress:
                    progress(done)
        _join_manifests(folder, shards)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return done


def _write(folder: Path, settings: Settings, shard: Shard) -> int:
    return write_shard(folder, settings, shard)


def _claim(folder: Path, settings: Settings) -> None:
    """Write the settings into a new folder, or make sure that those in it are the same."""
    path = folder / SETTINGS
    if not path.exists():
        if any(folder.iterdir()):
            message = f"{folder} has other files in it and no {SETTINGS}; give a folder that is new or empty"
            raise DlcError(Diagnostic(codes.SET_DIFFERS, message, FileSpan(str(folder))))
        path.write_text(json.dumps(settings.json(), indent=1) + "\n", encoding="utf-8")
        return
    try:
        found = Settings.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, KeyError, TypeError) as error:
        message = f"{path} cannot be understood ({error}); give a folder that is new or empty"
        raise DlcError(Diagnostic(codes.SET_DIFFERS, message, FileSpan(str(path)))) from None
    if found != settings:
        difference = _differences(found, settings)
        message = f"{folder} holds another set: {difference}; give another folder, or the same options"
        raise DlcError(Diagnostic(codes.SET_DIFFERS, message, FileSpan(str(path))))


def _differences(found: Settings, wanted: Settings) -> str:
    there, here = found.json(), wanted.json()
    return ", ".join(
        f"its {name} is {there[name]}, not {here[name]}" for name in here if there[name] != here[name]
    )


def _join_manifests(folder: Path, shards: Iterable[Shard]) -> None:
    """One manifest of all shards, in their order; it appears whole."""
    partial = folder / f".{MANIFEST}.partial"
    with partial.open("wb") as stream:
        for shard in shards:
            stream.write((folder / shard.name / MANIFEST).read_bytes())
    partial.replace(folder / MANIFEST)


def _unwritable(folder: Path, error: OSError) -> DlcError:
    place = error.filename or str(folder)
    message = f"{place} cannot be written: {(error.strerror or str(error)).lower()}"
    return DlcError(Diagnostic(codes.OUTPUT_UNWRITABLE, message, FileSpan(str(place))))
