"""Every layer and every target: supported or refused with a reason, as `dlc targets` shows it."""

from __future__ import annotations

import pytest
from support.keras_cases import CASES, text
from support.nets import emit, read_net

from dlc.backends import TARGETS, load
from dlc.backends.base import Support
from dlc.cli.main import main
from dlc.diagnostics import DlcError
from dlc.layers import REGISTRY

targets = pytest.mark.parametrize("target", TARGETS)


@targets
def test_every_layer_has_a_cell(target: str) -> None:
    backend = load(target)
    cells = backend.cells()
    assert list(cells) == list(REGISTRY)
    assert backend.name == target
    assert all(cell.reason for cell in cells.values() if cell.support is not Support.EXACT)


@targets
def test_cells_keep_their_word(target: str) -> None:
    """A layer that is exact without a condition is written in every form; others are refused by name."""
    cells = load(target).cells()
    for case in CASES:
        layer = case[1].partition("(")[0]
        cell = cells[layer]
        assert cell.support is Support.EXACT
        message = refusal(target, case)
        assert message is None or (cell.reason and f"{layer} 'it'" in message)


def refusal(target: str, case: tuple[str, str]) -> str | None:
    try:
        emit(target, read_net(text(case)))
    except DlcError as error:
        return str(error)
    return None


OPAQUE = """
net n {
  x = input map[8, 8, 3]
  a: map[8, 8, 3] = opaque "Wavelet"(x)
  b: map[8, 8, 3] = opaque "Fourier"(a)
  output b
}
"""


@targets
def test_what_is_not_known_is_kept_or_refused(target: str) -> None:
    """All layers at once, each with its place."""
    net = read_net(OPAQUE)
    if target in ("dlnet", "json"):
        assert "Wavelet" in emit(target, net)[0]
        return
    with pytest.raises(DlcError) as raised:
        emit(target, net)
    found = raised.value.diagnostics
    assert [d.code.number for d in found] == ["DLC0501", "DLC0501"]
    assert ["opaque 'a'" in found[0].message, "opaque 'b'" in found[1].message] == [True, True]
    assert [str(d.span).partition(":")[2].partition(":")[0] for d in found] == ["4", "5"]


UNTYPED = """
net n {
  x = input map[8, 8, 3]
  a = opaque "Wavelet"(x)
  b = relu(a)
  output b
}
"""


@targets
def test_a_layer_without_a_type_is_kept_or_refused(target: str) -> None:
    net = read_net(UNTYPED)
    if target in ("dlnet", "json"):
        assert "Wavelet" in emit(target, net)[0]
        return
    with pytest.raises(DlcError) as raised:
        emit(target, net)
    found = raised.value.diagnostics
    assert {d.code.number for d in found} == {"DLC0501"}
    assert "opaque 'a'" in found[0].message


def test_dlc_targets_shows_the_matrix(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets", "--matrix"]) == 0
    header, *rows = capsys.readouterr().out.splitlines()
    assert header.split() == ["layer", *TARGETS]
    assert [row.split()[0] for row in rows] == list(REGISTRY)
    support = {s.value for s in Support}
    assert all(cell.rstrip("*") in support for row in rows for cell in row.split()[1:])


def test_dlc_targets_counts(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["targets"]) == 0
    _, *rows = capsys.readouterr().out.splitlines()
    for row, target in zip(rows, TARGETS, strict=True):
        counts = [int(word) for word in row.split()[-3:]]
        assert row.split()[0] == target
        assert sum(counts) == len(REGISTRY)
