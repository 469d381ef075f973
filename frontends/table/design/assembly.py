"""From a variant's stages to a net: rows in their order, and layer after layer wired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from dlc.diagnostics import Diagnostic
from dlc.frontends.table.design.definitions import Definition
from dlc.frontends.table.design.facts import Facts
from dlc.frontends.table.design.inputs import follows_sources, inputs_of, is_input
from dlc.frontends.table.design.order import Order, laid_out
from dlc.frontends.table.design.parts import CONVS, GLOBAL_POOLS, POOLS, Stage, layers_of
from dlc.frontends.table.design.places import Places
from dlc.frontends.table.design.reported import declared_type, first_stride, spatial, with_reported_sizes
from dlc.frontends.table.design.styles import closing_pools, globally_pooled, styled
from dlc.frontends.table.design.wiring import Wiring
from dlc.frontends.table.model import Table
from dlc.ir import Net
from dlc.types import Dim, Kind


@attrs.frozen
class Draft:
    """What one variant of a table amounts to before it is wired."""

    table: Table
    title: str | None
    stages: tuple[Stage, ...]
    facts: Facts
    groups: tuple[tuple[int, int, str | None], ...] = ()


def assemble(draft: Draft, definitions: Sequence[Definition]) -> tuple[Net | None, tuple[Diagnostic, ...]]:
    """The net of a draft, and notes on what was guessed; None where nothing can be wired."""
    stages = _oriented(draft)
    stages = [globally_pooled(styled(s, draft.facts, draft.title)) for s in _with_outputs(stages)]
    stages = closing_pools(stages)
    stages, order = laid_out(stages, draft.facts)
    given = inputs_of(stages, order)
    wiring = Wiring(facts=draft.facts, places=Places(draft.table), definitions=definitions)
    for names, value in reversed(given):
        wiring.begin(value, names)
    follow = follows_sources(stages)
    _wire(wiring, [s for s in stages if not is_input(s)], draft, order, follow)
    if not wiring.nodes:
        return None, ()
    last = wiring.close()
    outputs = wiring.ends() if follow else (last,)
    inputs = tuple(value for _, value in given)
    net = Net("net", inputs, tuple(wiring.nodes), outputs, origin=wiring.places.whole())
    return net, tuple(dict.fromkeys(wiring.notes))


def _wire(wiring: Wiring, stages: Sequence[Stage], draft: Draft, order: Order, follow: bool) -> None:
    kind, sides = wiring.kind, wiring.input_sides
    before: tuple[Dim, ...] | None = sides if kind in (Kind.MAP, Kind.VOLUME) else None
    for stage, opens in _grouped(stages, draft.groups):
        if opens is not None:
            wiring.open_group(opens)
        stride = first_stride(stage, before, draft.facts, order)
        stage = with_reported_sizes(stage, before, order, wiring.kind)
        area = spatial(stage.out, order)
        wiring.stage(stage, stride, follow, (area[-2], area[-1]) if area else None)
        if stage.out is not None:
            declared = declared_type(stage, order, wiring)
            if declared is not None:
                wiring.declare(declared)
        wiring.join(stage)
        before = spatial(stage.out, order) or (before if not _reduces(stage) else None)


def _reduces(stage: Stage) -> bool:
    """Whether a row without a reported size may have changed the size."""
    return any(layer.op in POOLS | GLOBAL_POOLS | CONVS for layer in layers_of(stage.parts))


def _oriented(draft: Draft) -> list[Stage]:
    """Rows from the input on: turned round where the table runs upwards."""
    stages = [s for s in draft.stages if s.parts or not s.unread]
    upward = draft.facts.bottom_up or (len(stages) > 2 and is_input(stages[-1]) and not is_input(stages[0]))
    return stages[::-1] if upward else stages


def _with_outputs(stages: Sequence[Stage]) -> list[Stage]:
    """Rows with the size after them: their own, else what the next row says goes in."""
    made = []
    for index, stage in enumerate(stages):
        after = stages[index + 1] if index + 1 < len(stages) else None
        if stage.out is None and after is not None and after.into is not None and not after.sources:
            stage = attrs.evolve(stage, out=after.into)
        made.append(stage)
    return _carried_down(made)


def _carried_down(stages: list[Stage]) -> list[Stage]:
    """A size beside the first line of a stage is that after its last: lines without a label go on with it."""
    made = list(stages)
    for index in range(1, len(made)):
        before, stage = made[index - 1], made[index]
        goes_on = not (stage.label or stage.out or stage.into or stage.sources) and bool(stage.parts)
        if goes_on and before.out is not None and _lists(before) and not _ends(stage):
            made[index - 1], made[index] = attrs.evolve(before, out=None), attrs.evolve(stage, out=before.out)
    return made


def _ends(stage: Stage) -> bool:
    """Whether a row is a classifier rather than further layers of the stage above it."""
    return any(
        layer.op in GLOBAL_POOLS | POOLS | {"dense", "softmax", "flatten"} for layer in layers_of(stage.parts)
    )


def _lists(stage: Stage) -> bool:
    """Whether a row lists several layers, as stages do: its size may be that of lines below it too."""
    return len(list(layers_of(stage.parts))) > 1


def _grouped(
    stages: Sequence[Stage], groups: Sequence[tuple[int, int, str | None]]
) -> Iterator[tuple[Stage, bool | None]]:
    """Rows in the order in which they run, groups of rows repeated.

    True goes with a row where a group begins, False with one outside of groups.
    """
    rows = {s.row: s for s in stages}
    done: set[int] = set()
    for stage in stages:
        group = next((g for g in groups if g[0] <= stage.row <= g[1]), None)
        if stage.row in done:
            continue
        if group is None:
            yield stage, False
            continue
        members = [s for s in stages if group[0] <= s.row <= group[1]]
        done.update(s.row for s in members)
        count = int(group[2]) if group[2] and group[2].isdigit() else 1
        for _ in range(min(count, 512)):
            for index, member in enumerate(members):
                yield rows[member.row], True if index == 0 else None
