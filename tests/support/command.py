"""The command `dlc`, run inside this process or as one of its own."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from dlc.cli.main import main

DLC = [sys.executable, "-m", "dlc.cli.main"]

LENET = """net lenet {
  image = input map[28, 28, 1]
  prob = image |> conv2d(filters=20, kernel=5) |> flatten |> dense(units=10) |> softmax
  output prob
}
"""


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str, str]:
    """The exit status, and what went to standard output and standard error."""
    status = main([str(word) for word in words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def run_within(megabytes: int, *words: object) -> tuple[int, str, str]:
    """Like `run`, in a process that cannot have more memory than so much."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (megabytes * 2**20,) * 2)

    done = subprocess.run(
        [*DLC, *map(str, words)], capture_output=True, text=True, check=False, timeout=300, preexec_fn=limit
    )
    return done.returncode, done.stdout, done.stderr


def names(folder: Path) -> list[str]:
    """What a folder holds, hidden files too."""
    return sorted(path.name for path in folder.iterdir())
