"""Measures what `dlc` promises about speed, and prints the figures.

`python benchmarks/run.py [NAME...]`: `start` (the command's start), `emit` (ResNet-152 from the shell),
`read` and `check` (layers a second in process), `fuzz` (random nets a second, written in three formats),
`paper` (the sample paper), `pictures` (simulated ones, without and with their text) and `vectors` (simulated SVG).
Times are the least of several runs, since a shared machine only ever adds to them; those of pictures are the
processor's, the mean of several pictures.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
DLC = (sys.executable, "-m", "dlc.cli.main")
RUNS = 5


def least(work: Callable[[], object], runs: int = RUNS) -> float:
    """The seconds that the fastest of several runs took."""
    taken = []
    for _ in range(runs):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def shell(*words: str) -> Callable[[], object]:
    """A run of the command."""
    return lambda: subprocess.run((*DLC, *words), check=True, capture_output=True)


def start() -> str:
    """How long the command takes to say its version."""
    return f"{least(shell('--version')):.3f} s for dlc --version (aim: 0.15)"


def emit() -> str:
    """How long ResNet-152, written with blocks, takes from the shell to Caffe."""
    with tempfile.TemporaryDirectory() as folder:
        words = (str(ROOT / "examples" / "resnet152.dlnet"), "-t", "caffe", "-o", f"{folder}/net.prototxt")
        return f"{least(shell(*words)):.3f} s for resnet152.dlnet to Caffe (aim: 0.5)"


def check() -> str:
    """How many layers a second are checked, of random nets that are parsed already."""
    from dlc.fuzz import Sampler
    from dlc.ir import Module
    from dlc.passes.check import check as checked

    sampler = Sampler(seed=1)
    nets = [sampler.net(40) for _ in range(200)]
    modules = [Module(nets=(net,)) for net in nets]
    layers = sum(len(net.body) for net in nets)
    seconds = least(lambda: [checked(module) for module in modules])
    return f"{layers / seconds:,.0f} layers checked a second (aim: 20,000)"


def read() -> str:
    """How many layers a second are read from text, of one net of 20,000."""
    from dlc.syntax import parse

    count = 20_000
    lines = [f"  x{i} = conv2d(x{i - 1}, filters=8, kernel=3, padding=same)\n" for i in range(1, count)]
    text = f"net big {{\n  x0 = input map[28, 28, 8]\n{''.join(lines)}  output x{count - 1}\n}}\n"
    return f"{count / least(lambda: parse(text)):,.0f} layers read a second"


def fuzz() -> str:
    """How many random nets a second are written as .dlnet, Keras JSON and prototxt, on one core."""
    count = 10
    with tempfile.TemporaryDirectory() as folder:
        words = ("fuzz", "--count", str(count), "--depth", "5..40", "--seed", "1", "-o", f"{folder}/nets")
        seconds = least(shell(*words), 1)
    nets = count * 36
    return f"{nets / seconds:,.0f} nets a second in three formats (aim: 360, which is 108,000 in 300 s)"


def paper() -> str:
    """How long the sample paper takes, from the shell to JSON."""
    sample_paper = str(ROOT / "examples" / "paper" / "sample.pdf")
    seconds = least(shell(sample_paper, "-t", "json", "-o", "/dev/null"), 3)
    return f"{seconds:.2f} s for the sample paper (aim: 3)"


def drawn(folder: str, kind: str, *words: str) -> list[Path]:
    """The files of one kind of some simulated nets of 5 to 40 layers."""
    shell("simulate", "--per-depth", "1", "--depth", "5..40", "--seed", "1", "-o", folder, *words)()
    return sorted(Path(folder).rglob(f"*.{kind}"))[::6]


def mean(work: Callable[[Path], object], files: list[Path]) -> float:
    """The processor's seconds a file; the first is read once before, since models are loaded then."""
    work(files[0])
    started = time.process_time()
    for file in files:
        work(file)
    return (time.process_time() - started) / len(files)


def pictures() -> str:
    """How long a picture as Keras or Caffe draws it takes, from the file to the drawing or to nets."""
    import cv2

    from dlc.frontends.figure.picture import read_picture
    from dlc.frontends.figure.raster.picture import decode
    from dlc.frontends.figure.raster.reader import read_raster

    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as folder:
        files = drawn(folder, "png")
        lines = mean(lambda file: read_raster(decode(file.read_bytes(), file.name)), files)
        whole = mean(lambda file: read_picture(file.read_bytes(), file.name), files)
    return f"{lines:.3f} s a picture without its text (aim: 0.1), {whole:.2f} s with it (aim: 1)"


def vectors() -> str:
    """How long a figure in the style of papers takes, from SVG to nets."""
    from dlc.frontends.figure.picture import read_picture

    with tempfile.TemporaryDirectory() as folder:
        files = drawn(folder, "svg", "--sources", "paper", "--vectors", "svg")
        seconds = mean(lambda file: read_picture(file.read_bytes(), file.name), files)
    return f"{seconds:.3f} s a vector figure (aim: 0.1)"


BENCHMARKS = {made.__name__: made for made in (start, emit, read, check, fuzz, paper, pictures, vectors)}


def main(names: list[str]) -> None:
    """Run the benchmarks of these names, or all of them."""
    for name in names or list(BENCHMARKS):
        print(f"{name:8} {BENCHMARKS[name]()}")


if __name__ == "__main__":
    main(sys.argv[1:])
