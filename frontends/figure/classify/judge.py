"""The verdict on a figure: how likely it shows a network, and which kind of drawing it is.

`Judge` is what the rest relies on; the one here weighs features by boosted trees and tells kinds by rules.
Another (a net that looks at the picture) takes its place by having the same method.
"""

from __future__ import annotations

import enum
from typing import Protocol

import attrs

from dlc.frontends.figure.classify.features import Evidence, features
from dlc.frontends.figure.classify.trees import Trees, fitted
from dlc.frontends.figure.drawing import Drawing, Outline
from dlc.frontends.figure.geometry import common, extent, size

#: A figure at least this likely is read as a design. Chosen on the training papers, by cross-validation: it
#: finds nine of ten designs.
LEAST = 0.36


class Kind(enum.Enum):
    """The five kinds of drawings of networks (DLPaper2Code, section 3)."""

    BOXES = "2d_box"
    STACKS = "stacked_2d_box"
    SOLIDS = "3d_box"
    NEURONS = "neurons"
    PIPELINE = "pipeline"


@attrs.frozen
class Verdict:
    """How likely a figure is a design (0..1), and its kind if it is one."""

    confidence: float
    kind: Kind

    @property
    def design(self) -> bool:
        """Whether it is taken for one."""
        return self.confidence >= LEAST


class Judge(Protocol):
    """Decides on figures."""

    def judge(self, evidence: Evidence) -> Verdict:
        """The verdict on one figure; whatever evidence is missing, there is one."""
        ...


@attrs.frozen
class FeatureJudge:
    """Weighs the features of caption, drawing and picture; by other trees where there is no caption."""

    trees: Trees = attrs.field(factory=fitted)
    bare: Trees = attrs.field(factory=lambda: fitted("bare"))

    def judge(self, evidence: Evidence) -> Verdict:
        trees = self.trees if evidence.caption else self.bare
        likely = trees.probability(features(evidence, trees.words))
        return Verdict(likely, kind_of(evidence.drawing) if evidence.drawing is not None else Kind.BOXES)


def kind_of(drawing: Drawing) -> Kind:
    """The kind of a design, by what it is mostly drawn of."""
    boxes = [box for box in drawing.boxes if max(size(box.area)) > 0.8 * drawing.em]
    counts = {outline: sum(box.outline is outline for box in boxes) for outline in Outline}
    plain = counts[Outline.RECTANGLE] + counts[Outline.ROUNDED]
    if counts[Outline.CIRCLE] >= 8 and counts[Outline.CIRCLE] > 1.5 * plain:
        return Kind.NEURONS
    if counts[Outline.CUBOID] >= 2:
        return Kind.SOLIDS
    if (
        counts[Outline.STACK] + counts[Outline.POLYGON] >= 2
        and counts[Outline.STACK] + counts[Outline.POLYGON] > plain / 3
    ):
        return Kind.STACKS
    pictures = [box.area for box in boxes if box.outline is Outline.IMAGE]
    covered = sum(extent(common(area, drawing.area)) for area in pictures)
    if len(pictures) >= 2 or covered > 0.06 * extent(drawing.area):
        return Kind.PIPELINE
    return Kind.BOXES
