"""Writing results: files appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes


def write_all(files: Mapping[Path, str | bytes]) -> None:
    """Write several files; each is first written beside its place and then moved there.

    Raises DlcError when one cannot be written; then none of them has been touched.
    """
    ready: list[tuple[Path, Path]] = []
    try:
        for path, content in files.items():
            if path.exists() and not path.is_file() and not path.is_dir():
                path.write_bytes(_encoded(content))  # a device or a pipe cannot be replaced
            else:
                ready.append((_beside(path, content), path))
        while ready:
            made, path = ready[0]
            os.replace(made, path)
            ready.pop(0)
    except OSError as error:
        raise unwritable(Path(error.filename2 or error.filename or next(iter(files))), error) from None
    finally:
        for made, _ in ready:
            made.unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> DlcError:
    """The error for an output that the system refuses."""
    message = f"{path} cannot be written: {(error.strerror or str(error)).lower()}"
    return DlcError(Diagnostic(codes.OUTPUT_UNWRITABLE, message, FileSpan(str(path))))


def write_stdout(text: str) -> None:
    """Write text to standard output as UTF-8, whatever the terminal's locale."""
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8"))
    sys.stdout.buffer.flush()


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
        made.chmod(0o666 & ~_umask())
    except OSError:
        made.unlink(missing_ok=True)
        raise
    return made


def _encoded(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current
