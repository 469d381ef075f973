"""Writing results: files appear whole or not at all."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, codes


def write_all(files: Mapping[Path, str | bytes]) -> None:
    """Write several files: each is first written beside its place, and all are moved there at the end.

    Raises DlcError when one cannot be written; then none of them has changed.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for path, content in files.items():
            if path.exists() and not path.is_file() and not path.is_dir():
                path.write_bytes(_encoded(content))  # a device or a pipe cannot be replaced
            else:
                ready.append((_beside(path, content), Path(os.path.realpath(path))))
        _move(ready)
    except OSError as error:
        raise unwritable(Path(error.filename2 or error.filename or next(iter(files))), error) from None
    finally:
        for made, _ in ready:
            made.unlink(missing_ok=True)


def _move(ready: Sequence[tuple[Path, Path]]) -> None:
    """Move files to their places, all or none; raises OSError."""
    before: dict[Path, Path] = {}
    moved: list[Path] = []
    try:
        for made, path in ready:
            if len(ready) > 1 and path.exists():
                before[path] = path.with_name(f".{path.name}.{os.getpid()}.old")
                shutil.copy2(path, before[path])
            os.replace(made, path)
            moved.append(path)
    except OSError:
        for path in moved:
            path.unlink() if path not in before else os.replace(before[path], path)
        raise
    finally:
        for old in before.values():
            old.unlink(missing_ok=True)


def unwritable(path: Path | str, error: OSError) -> DlcError:
    """The error for an output that the system refuses."""
    why = (error.strerror or str(error)).lower()
    fix = None
    if isinstance(path, Path) and isinstance(error, FileNotFoundError) and not path.parent.is_dir():
        why = f"there is no folder {path.parent}"
        fix = Fix(f"mkdir -p {shlex.quote(str(path.parent))} makes it")
    message = f"{path} cannot be written: {why}"
    return DlcError(Diagnostic(codes.OUTPUT_UNWRITABLE, message, FileSpan(str(path)), fix=fix))


def write_stdout(content: str | bytes) -> None:
    """Write to standard output; text as UTF-8, whatever the terminal's locale.

    Raises DlcError where that is full or closed, BrokenPipeError where its reader has gone.
    """
    if sys.stdout is None:
        raise unwritable("standard output", OSError("it is closed"))
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(_encoded(content))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable("standard output", error) from None


def on_terminal() -> bool:
    """Whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def write_json(value: object) -> None:
    """Write a result to standard output as JSON."""
    write_stdout(json.dumps(value, indent=1, ensure_ascii=False) + "\n")


def make_directory(path: Path) -> None:
    """Create a directory for output; raises DlcError when that cannot be."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path, error) from None


@contextmanager
def staged(folder: Path) -> Iterator[Path]:
    """A folder to write into, whose files are in `folder` at the end, or nowhere when anything goes wrong.

    Where `folder` is there already its other files stay. Raises DlcError for what the system refuses.
    """
    make_directory(folder.parent)
    made = None
    try:
        made = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
        yield made
        _settle(made, folder)
    except OSError as error:
        raise unwritable(folder, error) from None
    finally:
        if made is not None:
            shutil.rmtree(made, ignore_errors=True)


def _settle(made: Path, folder: Path) -> None:
    if not folder.is_dir():
        made.chmod(0o777 & ~_umask())
        made.rename(folder)
        return
    for file in made.iterdir():
        os.replace(file, folder / file.name)


def _beside(path: Path, content: str | bytes) -> Path:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a directory", str(path))
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from None
    made = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(_encoded(content))
        made.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
    except BaseException:  # also when the user interrupts
        made.unlink(missing_ok=True)
        raise
    return made


def _encoded(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
