"""Shell sessions on the pages of `spec/`: run in a folder that holds what they name, and shown as they print.

`python tests/support/sessions.py PAGE...` runs the sessions of pages again and writes what they print.
"""

from __future__ import annotations

import os
import re
import shlex
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

FENCE = re.compile(r"^(```console.*\n)((?:.*\n)*?)(?=```$)", re.MULTILINE)


def run_session(text: str, folder: Path) -> str:
    """What the commands of a session (its lines that begin with `$`) print, below each of them."""
    prepare(folder)
    lines = [line for line in text.splitlines() if line.startswith("$ ")]
    return "".join(f"{line}\n{_shell(line[2:], folder)}" for line in lines)


def prepare(folder: Path) -> None:
    """The files that sessions name and that are no line long."""
    (folder / "locked.pdf").write_text(_pdf("<</Type/Pages/Count 0/Kids[]>>", _LOCK), encoding="ascii")
    (folder / "scan.pdf").write_text(_pdf(_PAGES), encoding="ascii")
    (folder / "differs.pdf").write_bytes(_differing())
    (folder / "modules.pdf").write_bytes(_modules("conv 3x3"))
    (folder / "unfitting.pdf").write_bytes(_modules("conv 3x3, 64"))
    repeats = "repeat 2 " * 33
    (folder / "deep.dlnet").write_text(
        f"net deep {{\n  x = input ids[9]\n  y = x |> {repeats}relu\n  output y\n}}\n"
    )
    (folder / "wrong.dlnet").write_text("net wrong {\n" + "  y = relu(x) +\n" * 1001 + "}\n")
    (folder / "poster.png").write_bytes(_png(20_000, 20_000))
    (folder / "dot.png").write_bytes(_png(1, 1))
    _weights(folder)
    with (folder / "big.dlnet").open("wb") as stream:
        stream.truncate(300 * 2**20)


def _weights(folder: Path) -> None:
    """A net of one layer, its weights, those of other nets, and a pickle."""
    import numpy as np

    from dlc.weights.caffemodel import written

    net = "net {} {{\n  x = input vector[2]\n  fc = dense(x, units=3)\n  output fc\n}}\n"
    (folder / "tiny.dlnet").write_text(net.format("tiny"), encoding="utf-8")
    weight, bias = np.arange(6.0).reshape(3, 2), np.zeros(3)
    files = {
        "tiny": {"fc": [weight, bias]},
        "renamed": {"ip1": [weight, bias]},
        "wider": {"fc": [np.zeros((3, 5)), bias]},
        "longer": {"fc": [weight, bias], "fc_old": [weight]},
    }
    for name, layers in files.items():
        content = written(name, {n: ("InnerProduct", blobs) for n, blobs in layers.items()})
        (folder / f"{name}.caffemodel").write_bytes(content)
    (folder / "loose.onnx").write_bytes(_loose_onnx())
    (folder / "tiny.pt").write_bytes(b"cos\nsystem\n(S'true'\ntR.")


def _loose_onnx() -> bytes:
    """An ONNX model whose only operator, a Relu, reads what is never made."""
    from dlc.weights.protobuf import write_field, write_varint

    node = write_field(1, b"x") + write_field(2, b"y") + write_field(4, b"Relu")
    graph = write_field(1, node) + write_field(2, b"loose") + write_field(12, write_field(1, b"y"))
    opset = write_varint(2 << 3) + write_varint(17)
    return write_varint(1 << 3) + write_varint(8) + write_field(7, graph) + write_field(8, opset)


def _differing() -> bytes:
    """A paper whose figure and table differ in one number."""
    from support import flowcharts, pdfs

    boxes = ("Input", "conv 5x5, 32", "max pool 2x2", "conv 3x3, 64", "conv 3x3, 64", "fc 10")
    rows = (
        ("layer", "filter size", "stride", "maps"),
        ("conv1", "5 x 5", "1", "32"),
        ("pool1", "2 x 2 max pool", "2", ""),
        ("conv2", "3 x 3", "1", "64"),
        ("conv3", "3 x 3", "1", "96"),
        ("fc", "", "", "10"),
    )
    figure = flowcharts.chain("Figure 1: Architecture of the network.", boxes)
    return pdfs.pdf([figure, pdfs.table("Table 1: Layers of the network.", rows)])


def _modules(layer: str) -> bytes:
    """A paper with an overview, and a figure of the block that its boxes name, which adds what `layer` gives."""
    from support import flowcharts, pdfs

    boxes = ("Input 32x32x16", "Residual block x3", "conv 3x3, 32", "fc 10")
    overview = flowcharts.chain("Figure 1: Architecture of the network.", boxes)
    inside = ("Input", layer, layer, "Add")
    return pdfs.pdf([overview, flowcharts.chain("Figure 2: The residual block.", inside, around={0: 3})])


def _png(width: int, height: int) -> bytes:
    """The beginning of a grey picture: its size, and no pixels."""
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"IEND", b""))
    made = b"\x89PNG\r\n\x1a\n"
    for name, content in chunks:
        made += struct.pack(">I", len(content)) + name + content
        made += struct.pack(">I", zlib.crc32(name + content))
    return made


_PAGES = "<</Type/Pages/Count 1/Kids[4 0 R]>>"
_LOCK = f"<</Filter/Standard/V 1/R 2/O<{'00' * 32}>/U<{'00' * 32}>/P -4>>"


def _pdf(pages: str, encrypt: str = "") -> str:
    """A PDF of at most one empty page; readers find the objects without a table of them."""
    page = "<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>"
    objects = ("<</Type/Catalog/Pages 2 0 R>>", pages, encrypt or "null", page)
    body = "".join(f"{i} 0 obj\n{o}\nendobj\n" for i, o in enumerate(objects, 1))
    locked = "/Encrypt 3 0 R/ID[<00><00>]" if encrypt else ""
    return f"%PDF-1.4\n{body}trailer\n<</Root 1 0 R{locked}>>\n%%EOF\n"


def _shell(command: str, folder: Path) -> str:
    if not re.search(r"\bdlc\b", command):
        script = command
    else:
        script = f'dlc() {{ {shlex.quote(sys.executable)} -m dlc.cli.main "$@"; }}\n{command}'
    environment = {**os.environ, "PYTHONUTF8": "1"}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


def rewrite(page: Path) -> None:
    """Put what the sessions of a page print now into it."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        made = FENCE.sub(lambda m: m[1] + run_session(m[2], Path(folder)), text)
    page.write_text(made, encoding="utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    for name in sys.argv[1:]:
        rewrite(Path(name))
