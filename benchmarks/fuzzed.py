"""Writes the whole set of random nets, and has every one accepted: by the checker, a sample by Keras.

`python benchmarks/fuzzed.py [--count N] [--keras N] [--seed N]`: `dlc fuzz` writes N nets at each depth
from 5 to 40 (3,000) on one core; all .dlnet files are read back and checked; Keras builds a sample of them
(1,000), evenly over depth, from its JSON, and infers every layer's shape for itself, which must be dlc's.
Keras runs on the meta device of PyTorch, where tensors have shapes and no values. Ends with status 1
where anything is refused.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from dlc.ir import Net
from dlc.passes.check import check
from dlc.syntax import parse

DEPTHS = range(5, 41)


def main() -> int:
    """Write, check and build; print the figures."""
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        words = ["--count", str(options.count), "--depth", "5..40", "--seed", str(options.seed), "-o", name]
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "dlc.cli.main", "fuzz", *words], check=True)
        print(f"written in {time.perf_counter() - started:.0f} s (aim for 108,000: 300)", flush=True)
        started = time.perf_counter()
        files = sorted(folder.glob("depth-*/*.dlnet"))
        refused = [file for file in files if not is_accepted(file)]
        seconds = time.perf_counter() - started
        print(
            f"{len(files) - len(refused):,} of {len(files):,} accepted by dlc in {seconds:.0f} s", flush=True
        )
        sample = _sample(folder, options.keras, options.seed)
        refused += [file for file in sample if not is_accepted_by_keras(file)]
        print(f"{len(sample):,} of these tried in Keras; refused in all: {[f.name for f in refused]}")
    return int(bool(refused))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=3000)
    parser.add_argument("--keras", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def read(file: Path) -> Net:
    """The only net of a file, with its types."""
    (net,) = check(parse(file.read_text(encoding="utf-8")).module).module.nets
    return net


def is_accepted(file: Path) -> bool:
    """Whether a file is read and checked with nothing to remark, and is as deep as its folder says."""
    parsed = parse(file.read_text(encoding="utf-8"))
    found = (*parsed.diagnostics, *check(parsed.module).diagnostics)
    return not found and len(parsed.module.nets[0].body) == int(file.parent.name.removeprefix("depth-"))


def is_accepted_by_keras(file: Path) -> bool:
    """Whether Keras builds a net's JSON and infers the shapes that dlc has; says where it does not."""
    keras = _keras()
    try:
        with keras.device("meta"):
            model = keras.models.model_from_json(file.with_suffix(".json").read_text())
    except Exception as error:
        print(f"{file.name}: {type(error).__name__}: {error}")
        return False
    types = {name: made.shape for name, made in read(file).types().items() if made is not None}
    shapes = {layer.name: tuple(layer.output.shape[1:]) for layer in model.layers}
    wrong = [f"{n}: {shapes[n]}, not {types[n]}" for n in shapes if n in types and shapes[n] != types[n]]
    # Helper layers, such as explicit padding, are Keras's alone; merged activations are dlc's alone.
    compared = sum(name in types for name in shapes)
    if wrong or not compared or tuple(model.output_shape[1:]) != types[read(file).outputs[0]]:
        print(f"{file.name}: {'; '.join(wrong)}")
        return False
    return True


def _keras() -> Any:
    os.environ.setdefault("KERAS_BACKEND", "torch")
    import keras

    keras.backend.clear_session()
    return keras


def _sample(folder: Path, count: int, seed: int) -> Sequence[Path]:
    """So many files, as many of each depth as of any other."""
    drawn = random.Random(seed)
    chosen: list[Path] = []
    for number, depth in enumerate(DEPTHS):
        files = sorted((folder / f"depth-{depth:02d}").glob("*.dlnet"))
        share = count * (number + 1) // len(DEPTHS) - len(chosen)
        chosen += drawn.sample(files, min(share, len(files)))
    return chosen


if __name__ == "__main__":
    sys.exit(main())
