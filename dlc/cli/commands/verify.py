"""`dlc verify A B`: do two nets compute the same? Both are run, each in its own framework.

Exit status as of diff(1): 0 they agree, 1 they depart, 2 trouble.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from dlc.cli.arguments import reading, usage_error
from dlc.cli.output import write_json, write_stdout
from dlc.cli.pipeline import only
from dlc.cli.report import Reporter, progress_bar
from dlc.cli.source import Loaded, load, load_bytes, require
from dlc.cli.tables import show_table
from dlc.diagnostics import Diagnostic, DlcError, FileSpan, codes

if TYPE_CHECKING:
    from dlc.verify.compare import Report
    from dlc.verify.run import Given

AGREE, DEPART, TROUBLE = 0, 1, 2


def run(arguments: argparse.Namespace, reporter: Reporter) -> int:
    """Print how far the two are apart, and the first layer that departs."""
    try:
        report = _report(arguments, reporter)
    except DlcError as error:
        reporter.show(error.diagnostics)
        return TROUBLE
    if arguments.json:
        write_json(_json(report))
    else:
        _print(report, arguments)
    return AGREE if report.agrees else DEPART


def _report(arguments: argparse.Namespace, reporter: Reporter) -> Report:
    for module in ("numpy", "h5py"):
        require(module, "weights", "running nets")
    from dlc.verify.run import Options, verify

    if arguments.inputs < 1:
        raise usage_error(f"--inputs {arguments.inputs} is not positive")
    if not arguments.tolerance > 0:
        raise usage_error(f"--tolerance {arguments.tolerance} is not positive")
    if not arguments.limit > 0:
        raise usage_error(f"--limit {arguments.limit} is not positive")
    options = Options(arguments.inputs, arguments.seed, arguments.tolerance, arguments.limit)
    a, b = (_given(arguments, side, reporter) for side in ("a", "b"))
    with tempfile.TemporaryDirectory(prefix="dlc-") as folder:
        return verify(a, b, options, Path(folder))


def _given(arguments: argparse.Namespace, side: str, reporter: Reporter) -> Given:
    from dlc.verify.run import Given

    path = Path(getattr(arguments, side))
    weights = getattr(arguments, f"weights_{side}")
    held = Path(weights) if weights else None
    framework = getattr(arguments, f"with_{side}")
    if path.suffix == ".py":
        if not path.is_file():
            message = f"there is no file {path}"
            raise DlcError(Diagnostic(codes.FILE_MISSING, message, FileSpan(str(path))))
        return Given(side.upper(), path, None, "py", None, held, framework)
    loaded = _loaded(path, arguments)
    reporter.remember(loaded.name, loaded.text)
    module = only(loaded, getattr(arguments, f"net_{side}"), f"--net-{side}")
    return Given(side.upper(), path, module, loaded.format, loaded.text, held, framework)


def _loaded(path: Path, arguments: argparse.Namespace) -> Loaded:
    """A net's file, or a file with a net and its weights."""
    from dlc.weights.files import framework_of, own_net
    from dlc.weights.hdf5 import no_config

    if framework_of(path) not in (None, "onnx"):
        text = own_net(path) if framework_of(path) == "keras" else None
        if text is None:
            raise no_config(path)
        return load_bytes(text.encode(), str(path), "keras-json")
    with progress_bar() as progress:
        return load(str(path), None, progress, reading(arguments))


def _print(report: Report, arguments: argparse.Namespace) -> None:
    gaps = report.gaps
    first = report.departs
    at = gaps.index(first) if first is not None else 0
    shown = [gap for i, gap in enumerate(gaps) if arguments.all or gap.is_output or at - 2 <= i <= at + 2]
    rows = [(g.name, g.layer, f"{g.absolute:.3g}", f"{g.relative:.3g}", _mark(g, report)) for g in shown]
    show_table(("layer", "kind", "difference", "by the largest", ""), rows)
    outputs = max((gap.relative for gap in gaps if gap.is_output), default=float("nan"))
    write_stdout(
        f"{len(gaps):,} layers compared; the outputs are apart by {outputs:.3g} of their largest value\n"
    )
    other = f" ({first.other} in B)" if first is not None and first.other != first.name else ""
    if report.agrees:
        inside = f"; inside, {first.name}{other} departs" if first is not None else ""
        write_stdout(f"A and B agree within {report.tolerance:g}{inside}\n")
    elif first is not None:
        write_stdout(f"the first layer that departs is {first.name}{other}\n")
    else:
        write_stdout("no output could be compared\n")


def _mark(gap: Any, report: Report) -> str:
    if gap is report.departs:
        return "departs first"
    return "" if gap.relative <= report.tolerance else "departs"


def _json(report: Report) -> dict[str, Any]:
    first = report.departs
    return {
        "agrees": report.agrees,
        "tolerance": report.tolerance,
        "first_departing": first.name if first is not None else None,
        "layers": [attrs.asdict(gap) for gap in report.gaps],
    }
