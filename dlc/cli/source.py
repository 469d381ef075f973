"""From a path on the command line to a module: which frontend reads it, and what can go wrong first."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, Severity, codes
from dlc.ir import Module

LARGEST = 256 * 2**20  # bytes; larger inputs are refused before they are read
LARGEST_MODEL = 2**31  # of a model that holds its weights: a protobuf message ends there

Progress = Callable[[str, int, int], None]

# File endings and the format that each stands for.
FORMATS: dict[str, str] = {
    ".dlnet": "dlnet",
    ".pdf": "pdf",
    ".json": "json",
    ".csv": "csv",
    ".tsv": "tsv",
    ".md": "markdown",
    ".markdown": "markdown",
    ".prototxt": "prototxt",
    ".onnx": "onnx",
    **dict.fromkeys((".svg", ".svgz"), "svg"),
    **dict.fromkeys((".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff"), "picture"),
}


@attrs.frozen
class Reading:
    """What the command line says about an input that its own text leaves open (Caffe's files), and whether
    models inside models are to be blocks (Keras's).

    `shapes` are those of inputs, in Caffe's order without the batch.
    """

    phase: str | None = None
    stages: tuple[str, ...] | None = None
    shapes: Mapping[str, tuple[int, ...]] = attrs.field(factory=dict)
    blocks: bool = False


@attrs.frozen
class Loaded:
    """What was read: a module, findings on the way, and the text where there is one (for excerpts)."""

    module: Module
    diagnostics: tuple[Diagnostic, ...]
    name: str
    format: str
    text: str | None = None


def load(
    path: str, form: str | None = None, progress: Progress | None = None, reading: Reading | None = None
) -> Loaded:
    """Read the networks of a file, or of standard input for `-`; raises DlcError where it cannot."""
    return load_bytes(read_bytes(path), path, form, progress, reading)


def load_bytes(
    data: bytes,
    path: str,
    form: str | None = None,
    progress: Progress | None = None,
    reading: Reading | None = None,
) -> Loaded:
    """Read the networks of an input whose bytes are `data`; raises DlcError where it cannot."""
    name = "<stdin>" if path == "-" else path
    form = form or recognise(path, data)
    if form == "pdf":
        return _load_pdf(data, name, progress)
    if form in ("picture", "svg"):
        return _load_picture(data, name, form)
    if form == "onnx":
        return _load_onnx(data, name)
    text = decode(data, name)
    if form == "prototxt":
        return _load_prototxt(text, name, reading or Reading())
    if form in ("json", "keras-json"):
        module, diagnostics = _read_json(text, name, form, (reading or Reading()).blocks)
        return Loaded(module, diagnostics, name, form, text)
    module, diagnostics = _TEXT_READERS[form](text, name)
    return Loaded(module, diagnostics, name, form, text)


def read_bytes(path: str) -> bytes:
    """The bytes of an input; raises DlcError when it is missing, unreadable, empty or too large."""
    most = _most(path)
    data = sys.stdin.buffer.read(most + 1) if path == "-" else _read_file(Path(path), most)
    if len(data) > most:
        raise _too_large(path)
    if not data.removeprefix(codecs.BOM_UTF8).strip():
        raise DlcError(Diagnostic(codes.FILE_EMPTY, f"{path} is empty", FileSpan(path)))
    return data


def recognise(path: str, data: bytes) -> str:
    """The format of an input by its ending, else by its first bytes; raises DlcError where unknown."""
    if data.startswith(b"%PDF"):
        return "pdf"
    if data.startswith((b"\x89PNG\r\n", b"\xff\xd8\xff")):
        return "picture"
    ending = Path(path).suffix.lower()
    if ending in FORMATS:
        return FORMATS[ending]
    if path != "-":
        known = ", ".join(sorted(FORMATS))
        message = f"{path}: cannot tell the format from the ending {ending or '(none)'}; dlc reads {known}"
        raise DlcError(Diagnostic(codes.FORMAT_UNKNOWN, message + "; --from FORMAT says it", FileSpan(path)))
    return "json" if data.lstrip()[:1] in (b"{", b"[") else "dlnet"


def decode(data: bytes, name: str) -> str:
    """UTF-8 text; raises DlcError at the first byte that is not."""
    try:
        text = data.decode("utf-8-sig")
        place = text.find("\0")
        if place < 0:
            return text
        place = len(text[:place].encode())
    except UnicodeDecodeError as error:
        place = error.start
    line = data.count(b"\n", 0, place) + 1
    message = f"{name} is not UTF-8 text: byte {data[place]:#04x} in line {line}"
    how = "it is UTF-16: " if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else ""
    fix = Fix(f"{how}save it as UTF-8")
    raise DlcError(Diagnostic(codes.NOT_UTF8, message, FileSpan(name), fix=fix))


def _too_large(path: str) -> DlcError:
    message = f"{path} has more than {_most(path) // 2**20} MiB; split it, or give the pages that matter"
    return DlcError(Diagnostic(codes.TOO_LARGE, message, FileSpan(path)))


def _most(path: str) -> int:
    """How many bytes an input may have."""
    return LARGEST_MODEL if FORMATS.get(Path(path).suffix.lower()) == "onnx" else LARGEST


def _read_file(path: Path, most: int) -> bytes:
    try:
        if path.stat().st_size > most:  # read no more than is needed to know
            raise _too_large(str(path))
        with path.open("rb") as stream:
            return stream.read(most + 1)
    except FileNotFoundError:
        finding = Diagnostic(codes.FILE_MISSING, f"there is no file {path}", FileSpan(str(path)))
    except (OSError, ValueError) as error:
        why = (getattr(error, "strerror", None) or str(error)).lower()
        finding = Diagnostic(codes.FILE_UNREADABLE, f"{path} cannot be read: {why}", FileSpan(str(path)))
    raise DlcError(finding)


def _load_pdf(data: bytes, name: str, progress: Progress | None) -> Loaded:
    require("dlc.frontends.paper", "papers")
    from dlc.frontends.paper import read_paper

    reading = read_paper(data, name, progress)
    return Loaded(reading.module, reading.diagnostics, name, "pdf")


def _load_picture(data: bytes, name: str, form: str) -> Loaded:
    require("dlc.frontends.figure.picture", "papers", "reading pictures")
    from dlc.frontends.figure.picture import read_picture

    reading = read_picture(data, name)
    if not reading.nets:
        raise DlcError(tuple(_as_error(d) for d in reading.diagnostics))
    return Loaded(reading.module, reading.diagnostics, name, form)


def _as_error(finding: Diagnostic) -> Diagnostic:
    """The finding that there is no network, as the error that it is where one was wanted."""
    return attrs.evolve(finding, severity=Severity.ERROR) if finding.code is codes.NO_NETWORK else finding


def _load_onnx(data: bytes, name: str) -> Loaded:
    from dlc.frontends.onnx import read

    module, findings = read(data, name)
    return Loaded(module, findings, name, "onnx")


def _load_prototxt(text: str, name: str, reading: Reading) -> Loaded:
    from dlc.frontends.prototxt import read

    module, findings = read(text, name, reading.phase, reading.shapes, reading.stages)
    return Loaded(module, findings, name, "prototxt", text)


def require(module: str, extra: str, what: str = "reading papers") -> None:
    """Make sure that an optional part, which `what` needs, is there; raises DlcError that names its extra."""
    import importlib

    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("dlc"):
            raise
        message = f"{what} needs {error.name}: pip install 'dlnet[{extra}]'"
        raise DlcError(Diagnostic(codes.EXTRA_MISSING, message)) from None


def _read_dlnet(text: str, name: str) -> tuple[Module, tuple[Diagnostic, ...]]:
    from dlc.syntax import parse

    parsed = parse(text, name)
    return parsed.module, parsed.diagnostics


def _read_json(text: str, name: str, form: str, blocks: bool) -> tuple[Module, tuple[Diagnostic, ...]]:
    """The project's own JSON, unless it is said to be a Keras model, or names itself one."""
    from dlc.frontends.dlnet_json import is_dlnet_json, read

    if form == "keras-json" or not is_dlnet_json(text):
        from dlc.frontends import keras_json

        if form == "keras-json" or keras_json.is_keras_json(text):
            return keras_json.read(text, name, blocks)
    return read(text, name), ()


def _table_reader(form: str) -> Callable[[str, str], tuple[Module, tuple[Diagnostic, ...]]]:
    def read(text: str, name: str) -> tuple[Module, tuple[Diagnostic, ...]]:
        require("dlc.frontends.table", "papers")
        from dlc.frontends.paper import read_table_text

        reading = read_table_text(text, form, name)
        return reading.module, reading.diagnostics

    return read


_TEXT_READERS: dict[str, Callable[[str, str], tuple[Module, tuple[Diagnostic, ...]]]] = {
    "dlnet": _read_dlnet,
    "csv": _table_reader("csv"),
    "tsv": _table_reader("tsv"),
    "markdown": _table_reader("markdown"),
}
