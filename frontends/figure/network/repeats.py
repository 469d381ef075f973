"""Counted groups: "×3" beside a frame says that what is inside comes three times in a row."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping, Sequence

import attrs

from dlc.frontends.figure.geometry import border_distance, centre, distance, inside
from dlc.frontends.figure.network.graph import Arc, Graph
from dlc.frontends.figure.network.scene import Item, ItemKind, Scene
from dlc.frontends.phrases.values import Number

_TIMES = r"[x×*✕]"
_COUNT = re.compile(
    rf"\(?\s*(?:(?:[Rr]epeat(?:ed)?\s+)?{_TIMES}\s*(?P<after>[0-9]{{1,3}}|[NMLKn])"
    rf"|(?P<before>[0-9]{{1,3}}|[NMLKn])\s*(?:{_TIMES}|times))"
    r"(?:\s*(?:[Bb]locks?|times|[Ll]ayers?|[Uu]nits?|[Mm]odules?))?\s*\)?",
)
#: A count stands this close (ems) to the frame that it belongs to, or to the box.
_NEAR_FRAME, _NEAR_BOX = 2.5, 2.0
#: So many counts that double are scales.
_FEWEST_SCALES = 3
#: A graph with more vertices than this is not written out.
_MOST_VERTICES = 3000


def counted(words: str) -> Number | None:
    """The count that words state, and nothing else: "×3", "N×", "(6 times)"; None where they do not."""
    match = _COUNT.fullmatch(words.strip())
    if match is None:
        return None
    count = match["after"] or match["before"]
    return int(count) if count.isdigit() else count


def counts(scene: Scene) -> tuple[dict[int, Number], frozenset[int]]:
    """How often each frame or box comes, by its number, and the numbers of the words that say so.

    Words that tell by how much each stage reduces the image say no count; they are among those numbers too.
    """
    said = [
        (words, count) for words in scene.of(ItemKind.TEXT) if (count := counted(words.words)) is not None
    ]
    if _are_scales([count for _, count in said]):
        return {}, frozenset(words.number for words, _ in said)
    found: dict[int, Number] = {}
    used = set()
    for words, count in said:
        home = _frame(words, scene) or _box(words, scene)
        if home is not None:
            found.setdefault(home.number, count)
            used.add(words.number)
    return found, frozenset(used)


def _are_scales(said: Sequence[Number]) -> bool:
    """Whether counts double from one to the next, as the scales of stages do ("2x", "4x", "8x")."""
    steps = sorted({count for count in said if isinstance(count, int)})
    doubled = all(later == 2 * earlier for earlier, later in itertools.pairwise(steps))
    return len(steps) >= _FEWEST_SCALES and len(steps) == len(said) and doubled


def _frame(words: Item, scene: Scene) -> Item | None:
    """The frame whose border a count stands nearest to; inside of frames only the innermost."""
    spot = centre(words.area)
    near = [
        (border_distance(group.area, spot), group.number)
        for group in scene.of(ItemKind.GROUP)
        if not inside(group.area, spot) or words.parent == group.number
    ]
    best = min(near, default=(0.0, -1))
    reach = _NEAR_FRAME * scene.em + max(words.area[2] - words.area[0], words.area[3] - words.area[1]) / 2
    return scene.items[best[1]] if best[1] >= 0 and best[0] <= reach else None


def _box(words: Item, scene: Scene) -> Item | None:
    spot = centre(words.area)
    reach = _NEAR_BOX * scene.em + (words.area[2] - words.area[0]) / 2
    near = [(distance(box.area, spot), box.number) for box in scene.of(ItemKind.BOX) if box.text]
    best = min(near, default=(0.0, -1))
    return scene.items[best[1]] if best[1] >= 0 and best[0] <= reach else None


def repeated(graph: Graph, members: Mapping[int, Iterable[int]], often: Mapping[int, Number]) -> Graph:
    """The graph with the vertices of counted groups written out, inner groups first.

    `members` are the vertices of each group. What comes into a group comes into its first copy; the copies
    follow each other; what leaves the group leaves the last one. A count that is a symbol becomes a note.
    """
    inner = {group: set(keys) & set(graph.vertices) for group, keys in members.items()}
    for group in sorted(inner, key=lambda group: len(inner[group])):
        count = often[group]
        if not inner[group] or count == 1:
            continue
        if isinstance(count, str) or len(graph.vertices) + count * len(inner[group]) > _MOST_VERTICES:
            graph = attrs.evolve(graph, notes=(*graph.notes, f"a group repeated {count} times, written once"))
            continue
        graph, made = _copied(graph, inner[group], int(count))
        for other, keys in inner.items():
            if inner[group] <= keys:
                inner[other] = keys | made
    return graph


def _copied(graph: Graph, keys: set[int], count: int) -> tuple[Graph, set[int]]:
    """A graph with `count` of a part, one behind the other, and the new vertices' keys."""
    into = [arc for arc in graph.arcs if arc.target in keys and arc.source not in keys]
    out = [arc for arc in graph.arcs if arc.source in keys and arc.target not in keys]
    within = [arc for arc in graph.arcs if arc.source in keys and arc.target in keys]
    entries = [arc.target for arc in into] or _ends(keys, {arc.target for arc in within})
    exits = list(dict.fromkeys(arc.source for arc in out)) or _ends(keys, {arc.source for arc in within})
    rest = [arc for arc in graph.arcs if arc not in out]
    vertices, arcs = dict(graph.vertices), list(rest)
    here = {key: key for key in keys}
    free = max(vertices) + 1
    for _ in range(1, count):
        there = {key: free + i for i, key in enumerate(sorted(keys))}
        free += len(keys)
        vertices |= {new: attrs.evolve(vertices[key], key=new) for key, new in there.items()}
        arcs += [_moved(arc, there) for arc in within]
        steps = {arc.target: arc.steps for arc in into}
        arcs += [Arc(here[e], there[k], steps.get(k, ())) for e in exits for k in dict.fromkeys(entries)]
        here = there
    arcs += [attrs.evolve(arc, source=here[arc.source]) for arc in out]
    return attrs.evolve(graph, vertices=vertices).with_arcs(arcs), set(vertices) - set(graph.vertices)


def _ends(keys: Iterable[int], busy: set[int]) -> Sequence[int]:
    return [key for key in sorted(keys) if key not in busy]


def _moved(arc: Arc, to: Mapping[int, int]) -> Arc:
    return attrs.evolve(arc, source=to[arc.source], target=to[arc.target])
