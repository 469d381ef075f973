"""Drawings and the networks that they give: `cases/NAME.txt` (see `support.drawings`), `NAME.dlnet`.

The golden file has the findings as comments and the nets without their origins. `--update-golden` writes
the golden files anew.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from support.drawings import sketch
from support.drawn_nets import from_drawing, from_page

from dlc.passes.check import check
from dlc.syntax import parse

CASES = Path(__file__).parent / "cases"
SKETCHES = sorted(CASES.glob("*.txt"))


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_a_drawing_gives_its_networks(path: Path, golden: Callable[[Path, str], None]) -> None:
    golden(path.with_suffix(".dlnet"), from_drawing(sketch(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_its_page_gives_the_same(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if not text.isascii():
        pytest.skip("the page's font has no such letters")
    assert from_page(sketch(text)) == path.with_suffix(".dlnet").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SKETCHES, ids=lambda p: p.stem)
def test_a_golden_file_is_a_sound_module(path: Path) -> None:
    parsed = parse(path.with_suffix(".dlnet").read_text(encoding="utf-8"))
    assert parsed.ok
    assert check(parsed.module).ok


def test_every_golden_file_has_its_drawing() -> None:
    assert sorted(p.stem for p in CASES.glob("*.dlnet")) == [p.stem for p in SKETCHES]
