"""The pages on simulation and evaluation show what the commands print."""

import re
from pathlib import Path

import pytest
from support.sessions import FENCE, run_session

SPEC = Path(__file__).resolve().parents[2] / "spec"
SECONDS = re.compile(r"\d+\.\d{3}$", re.MULTILINE)


@pytest.mark.parametrize("page", ["simulation", "evaluation"])
def test_sessions(page: str, tmp_path: Path) -> None:
    sessions = [match[2] for match in FENCE.finditer((SPEC / f"{page}.md").read_text(encoding="utf-8"))]
    assert sessions
    for text in sessions:
        printed = run_session(text, tmp_path)
        assert SECONDS.sub("0.000", printed) == SECONDS.sub("0.000", text)


def test_every_field_of_the_truth_is_on_the_page() -> None:
    from dlc.frontends.figure.drawing import Drawing
    from dlc.simulate.truth import Truth

    page = (SPEC / "simulation.md").read_text(encoding="utf-8")
    fields = Truth("keras", "x", Drawing((0, 0, 1, 1)), (), (), (), ()).json()
    assert [name for name in fields if f"`{name}`" not in page] == []
