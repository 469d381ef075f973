"""What a paper says about the networks that it shows: captions, the names in them, and what they point at."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.figure.find import Figure
from dlc.frontends.paper.references import references
from dlc.frontends.table.model import Table
from dlc.ir import Net

#: Names of networks: VGG-16, LeNet-5, ResNet, DenseNet-121, Model-A, C3D.
_NAME = re.compile(
    r"\b(?:[A-Z][A-Za-z]*[- ]?\d+[A-Za-z]?|[A-Za-z]*(?:[Nn]et|NET|CNN|Former|former|GAN)(?:-[\w]+)*)\b"
)
_COMMON = frozenset(
    ("net", "nets", "network", "cnn", "convnet", "convnets", "gan", "table", "figure", "fig", "section", "eq")
)


#: A table or figure: its kind, its number and its page.
Key = tuple[str, str, int]


@attrs.frozen
class Evidence:
    """A network as one table or figure shows it, with that one's caption."""

    net: Net
    kind: str
    number: str
    page: int
    caption: str = ""

    @property
    def key(self) -> Key:
        """Which table or figure it is."""
        return self.kind, self.number, self.page

    @property
    def place(self) -> str:
        """The exhibit in words."""
        return f"{self.kind} {self.number}".strip()

    def names(self) -> frozenset[str]:
        """The names of networks in the net's own title, else in the caption."""
        own = _names(self.net.name.replace("_", "-"))
        return own or _names(self.caption)

    def points_at(self, other: Evidence) -> bool:
        """Whether the caption refers to the other's table or figure."""
        return bool(other.number) and (other.kind, other.number) in references(self.caption)


def evidence(nets: Iterable[Net], tables: Sequence[Table], figures: Sequence[Figure]) -> list[Evidence]:
    """The networks with the captions of the tables and figures that they come from."""
    captions = {("table", plain_number(t.number), t.page): t.caption for t in tables}
    captions |= {("figure", plain_number(f.region.number), f.region.page): f.region.caption for f in figures}
    made = []
    for net in nets:
        origin = net.origin
        kind, number = (origin.kind or "", plain_number(origin.number)) if origin is not None else ("", "")
        page = origin.page or 0 if origin is not None else 0
        made.append(Evidence(net, kind, number, page, captions.get((kind, number, page), "")))
    return made


def plain_number(number: str | None) -> str:
    """A caption's number without spaces; "" where there is none."""
    return "".join((number or "").split())


def _names(text: str) -> frozenset[str]:
    found = {re.sub(r"[^a-z0-9]", "", word.lower()) for word in _NAME.findall(text)}
    return frozenset(word for word in found if word not in _COMMON and len(word) > 2)
