"""From boxes and links to layers and what feeds them: Caffe's blobs are values, layers in place a chain."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.frontends.figure.geometry import gap
from dlc.frontends.figure.network.plotted.classes import INPUT
from dlc.frontends.figure.network.plotted.label import Said
from dlc.frontends.figure.network.plotted.links import Link, Links
from dlc.frontends.figure.network.plotted.proof import completed, mended

#: Layers that often overwrite their input, in the order in which they usually follow each other.
IN_PLACE = ("batchnorm", "opaque", "relu", "prelu", "elu", "sigmoid", "tanh", "leaky_relu", "dropout")
_GREEN = (144, 238, 144)  # the fill of a layer in place


@attrs.frozen
class Layer:
    """A layer of the drawing: its box, and the numbers of the layers that feed it, in order."""

    said: Said
    sources: tuple[int, ...] = ()


def layers_of(boxes: Sequence[Said], links: Links) -> list[Layer]:
    """The layers in an order in which sources come first; blobs are passed through.

    Links that close a circle are left out.
    """
    if any(not box.op for box in boxes):
        pairs = _Blobs(boxes, links).links()
    else:
        pairs = completed(boxes, links, mended(boxes, links))
    kept = [number for number, box in enumerate(boxes) if box.op]
    order, pairs = _sorted(kept, pairs, boxes)
    at = {number: place for place, number in enumerate(order)}
    sources: dict[int, list[int]] = {number: [] for number in order}
    for source, target in pairs:
        sources[target].append(at[source])
    return [Layer(boxes[number], tuple(dict.fromkeys(sources[number]))) for number in order]


class _Blobs:
    """Caffe's graph: layers read blobs and write blobs."""

    def __init__(self, boxes: Sequence[Said], links: Links) -> None:
        self._boxes = boxes
        self._joined = links.joined
        self._reads: dict[int, list[int]] = {}  # by layer
        self._writes: dict[int, list[int]] = {}
        self._direct: list[Link] = []
        for source, target in completed(boxes, links, links.directed, value=True):
            if boxes[source].op and boxes[target].op:
                self._direct.append((source, target))
            elif boxes[source].op:
                self._writes.setdefault(source, []).append(target)
            elif boxes[target].op:
                self._reads.setdefault(target, []).append(source)
        if any(box.caffe for box in boxes):
            self._read_behind()
        self._drop_returns()

    def _read_behind(self) -> None:
        """Layers to which others seem to lead read what those write: no arrow of Caffe's joins two layers.

        A line that leaves a blob beside the tip of an arrow to it seems to come out of that.
        """
        for source, target in self._direct:
            reads, writes = self._reads.setdefault(target, []), self._writes.get(source, [])
            if len(writes) == 1 and writes[0] not in (*reads, *self._writes.get(target, [])):
                reads.append(writes[0])
        self._direct = []

    def _drop_returns(self) -> None:
        """Leave out what layers seem to write into blobs that they read, where they write another one too.

        Such a layer is not in place, unless it is green: a line to its neighbour touches it.
        """
        for layer, blobs in self._writes.items():
            own = [blob for blob in blobs if blob not in self._reads.get(layer, ())]
            if own and not _is_green(self._boxes[layer]):
                self._writes[layer] = own

    def links(self) -> list[Link]:
        """Pairs of layers: from the last one that writes a blob to those that read it."""
        in_place = self._in_place()
        writers: dict[int, list[int]] = {}
        for layer, blobs in self._writes.items():
            for blob in blobs:
                if in_place.get(layer) != blob:
                    writers.setdefault(blob, []).append(layer)
        made = list(self._direct)
        last: dict[int, list[int]] = {blob: list(layers) for blob, layers in writers.items()}
        for blob in dict.fromkeys(in_place.values()):
            for layer in self._chain([key for key, value in in_place.items() if value == blob]):
                made += [(source, layer) for source in last.get(blob, ())]
                last[blob] = [layer]
        for layer, blobs in self._reads.items():
            if layer not in in_place:
                made += [
                    (source, layer) for blob in blobs for source in last.get(blob, ()) if source != layer
                ]
        return made

    def _in_place(self) -> dict[int, int]:
        """The blob that each layer in place overwrites: one that it both reads and writes.

        Where one of the two arrows was not seen, or both as one, the green fill of such a layer tells.
        """
        found = {}
        for layer, said in enumerate(self._boxes):
            if not said.op or said.op == INPUT:
                continue
            reads, writes = self._reads.get(layer, []), self._writes.get(layer, [])
            both = [blob for blob in reads if blob in writes]
            near = dict.fromkeys([*reads, *writes]) or self._near(layer)
            if both:
                found[layer] = both[0]
            elif near and _is_green(said):
                found[layer] = next(iter(near))
        return found

    def _near(self, layer: int) -> list[int]:
        """The blobs to which lines lead from a layer, past others in place; the nearest first."""
        area = self._boxes[layer].area
        seen, waiting = {layer}, [layer]
        for here in waiting:  # grows meanwhile
            near = self._joined.get(here, frozenset())
            blobs = [n for n in near if not self._boxes[n].op]
            if blobs:
                return sorted(blobs, key=lambda n: gap(area, self._boxes[n].area))
            others = [n for n in near if n not in seen and _is_green(self._boxes[n])]
            seen.update(others)
            waiting += others
        return []

    def _chain(self, layers: Sequence[int]) -> list[int]:
        """Layers in place of one blob, in order: the drawing does not show it, names and customs do."""
        return sorted(layers, key=lambda layer: _custom(self._boxes[layer]))


def _is_green(said: Said) -> bool:
    return said.fill is not None and max(abs(a - b) for a, b in zip(said.fill, _GREEN, strict=True)) < 40


def _custom(said: Said) -> tuple[int, int, float, float]:
    place = IN_PLACE.index(said.op) if said.op in IN_PLACE else len(IN_PLACE)
    digits = re.findall(r"\d+", said.name)
    return place, int(digits[-1]) if digits else 0, said.area[1], said.area[0]


def _sorted(
    kept: Sequence[int], links: Iterable[Link], boxes: Sequence[Said]
) -> tuple[list[int], list[Link]]:
    """Layers with sources first, and the links without those that close a circle."""
    pairs = list(dict.fromkeys(links))
    while True:
        order = _topological(kept, pairs)
        left = set(kept) - set(order)
        if not left:
            return order, pairs
        inside = [pair for pair in pairs if pair[0] in left and pair[1] in left]
        pairs.remove(max(inside, key=lambda pair: _backwards(pair, boxes)))


def _topological(kept: Sequence[int], pairs: Iterable[Link]) -> list[int]:
    waiting = dict.fromkeys(kept, 0)
    readers: dict[int, list[int]] = {number: [] for number in kept}
    for source, target in pairs:
        waiting[target] += 1
        readers[source].append(target)
    ready = [number for number in kept if not waiting[number]]
    for number in ready:  # grows meanwhile
        for target in readers[number]:
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    return ready


def _backwards(pair: Link, boxes: Sequence[Said]) -> float:
    """How far a link runs against the reading direction."""
    (x, y), (far_x, far_y) = (box.area[:2] for box in (boxes[pair[0]], boxes[pair[1]]))
    return (y - far_y) + (x - far_x)


def readers_of(layers: Sequence[Layer]) -> Mapping[int, list[int]]:
    """For each layer the numbers of those that it feeds."""
    found: dict[int, list[int]] = {number: [] for number in range(len(layers))}
    for number, layer in enumerate(layers):
        for source in layer.sources:
            found[source].append(number)
    return found
