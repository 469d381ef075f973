"""What a simulated set consists of, and how it is cut into shards."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

SHARD = 50  # designs in a folder
SOURCES = ("keras", "caffe", "paper")  # who draws
VECTORS = (".pdf", ".svg")
_FORMAT = "dlnet-simulation/1"


@attrs.frozen
class Settings:
    """A set is determined by these alone (and by the versions of what draws it).

    `per_depth` designs at each depth from `low` to `high`; `sources` draw each of them; `degraded` (0..1)
    of the paper-style pictures are made worse; `vectors` are the endings of vector forms kept beside the PNG.
    """

    seed: int
    per_depth: int
    low: int
    high: int
    sources: tuple[str, ...] = ("keras", "caffe")
    degraded: float = 0.0
    vectors: tuple[str, ...] = ()

    @property
    def pictures(self) -> int:
        """How many pictures the set has."""
        return self.per_depth * (self.high - self.low + 1) * len(self.sources)

    def shards(self) -> Iterator[Shard]:
        """The parts, in order."""
        for depth in range(self.low, self.high + 1):
            for first in range(0, self.per_depth, SHARD):
                yield Shard(depth, first, min(SHARD, self.per_depth - first))

    def json(self) -> dict[str, Any]:
        """As an object of JSON's types."""
        return {"format": _FORMAT, **attrs.asdict(self, value_serializer=_listed)}

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Settings:
        """Read what `json` gives; raises KeyError, TypeError or ValueError on anything else."""
        if value["format"] != _FORMAT:
            raise ValueError(f"the format is {value['format']}, not {_FORMAT}")
        sources, vectors = (tuple(map(str, value[name])) for name in ("sources", "vectors"))
        seed, count, low, high = (int(value[name]) for name in ("seed", "per_depth", "low", "high"))
        return cls(seed, count, low, high, sources, float(value["degraded"]), vectors)


@attrs.frozen
class Shard:
    """`count` designs of one depth, from the index `first` on, in a folder of their own."""

    depth: int
    first: int
    count: int

    @property
    def name(self) -> str:
        """The folder's name."""
        return f"{self.depth:02d}-{self.first:05d}"


def _listed(_instance: object, _field: object, value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
