"""Several networks under each other in one table: a generator and its discriminator, one a data set."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.table.design.inputs import follows_sources, is_input
from dlc.frontends.table.design.parts import Stage, layers_of

#: Titles of parts that are networks of their own, and of parts that follow each other in one.
_APART = re.compile(
    r"\b(?:generators?|discriminators?|critics?|actors?|polic(?:y|ies)|value net\w*|students?|teachers?"
    r"|localization net\w*|mapping net\w*|synthesis net\w*|q-?networks?|inference net\w*|[pro]-net)\b",
    re.I,
)
_TOGETHER = re.compile(
    r"\b(?:encoders?|decoders?|bottlenecks?|bridge|stems?|heads?|necks?|backbones?|classifiers?|output|path"
    r"|stages?|blocks?|modules?|down-?sampling|up-?sampling|contracting|expan(?:ding|sive)"
    r"|(?:feature )?extract\w*"
    r"|body|tail|(?:entry|middle|exit) flow|convolutional|fully[- ]connected|layers?|part)\b",
    re.I,
)
_ENDING = frozenset(("dense", "softmax", "sigmoid", "tanh"))
_BEGINNING = ("conv", "depthwise", "separable", "embed", "input")


@attrs.frozen
class Section:
    """Rows of one network, and the title over them."""

    title: str | None
    stages: tuple[Stage, ...]


def sections(stages: Sequence[Stage]) -> list[Section]:
    """The networks that follow each other in a list of rows; one where nothing parts them."""
    if follows_sources(stages):
        return [Section(None, tuple(s for s in stages if not s.title))]
    found: list[list[Stage]] = [[]]
    titles: list[str | None] = [None]
    for index, stage in enumerate(stages):
        title = _title(stage)
        if _begins(found[-1], stage, stages[index + 1 :]):
            found.append([])
            titles.append(None)
        if title and not _layers(found[-1]):
            titles[-1] = title
        if not stage.title:
            found[-1].append(stage)
    made = [Section(t, tuple(s)) for t, s in zip(titles, found, strict=True) if len(_layers(s)) > 1]
    return made if len(made) > 1 else [Section(None, tuple(s for s in stages if not s.title))]


def _title(stage: Stage) -> str | None:
    return stage.title or (stage.label if _APART.search(stage.label) else None)


def _begins(before: Sequence[Stage], stage: Stage, after: Sequence[Stage]) -> bool:
    """Whether a row is the first of a further network."""
    if not _layers(before):
        return False
    if is_input(stage):
        return not is_input(before[-1])
    if not stage.title:
        return bool(_APART.search(stage.label)) and stage.label != before[-1].label
    if _APART.search(stage.title):
        return True
    first = next((layer.op for s in after for layer in layers_of(s.parts)), "")
    ended = any(op in _ENDING for op in _layers(before)[-2:])
    return not _TOGETHER.search(stage.title) and ended and first.startswith(_BEGINNING)


def _layers(stages: Sequence[Stage]) -> list[str]:
    ops = [layer.op for s in stages for layer in layers_of(s.parts)]
    return [op for op in ops if op not in ("", "input", "output")]
