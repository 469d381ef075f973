"""Where the figures of a page are: captions paired with clusters of ink at the least cost."""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Mapping, Sequence

import attrs

from dlc.frontends.figure.drawing import Area
from dlc.frontends.figure.geometry import common, extent, gap, grown, hull, overlap, size
from dlc.frontends.groups import Groups
from dlc.frontends.pdf.artwork import Artwork, Path
from dlc.frontends.pdf.assignment import cheapest
from dlc.frontends.pdf.page import Page
from dlc.frontends.pdf.words import Piece, pieces, words
from dlc.frontends.table.captions import Caption, captions
from dlc.frontends.table.rules import lines

#: Ink nearer than this (points) belongs together.
_NEAR = 9.0
#: A caption further from its figure than this (points) is another's.
_FURTHEST = 140.0
#: A caption beside its figure is nearer than this (points).
_FURTHEST_BESIDE = 60.0
#: What it costs (points) that a figure stands under its caption, that a caption stays alone, and any pair: the
#: search wants no cost below 0, and a large figure lowers its own.
_BELOW, _ALONE, _PAIRED = 30.0, 160.0, 30.0
#: A smaller figure (points) is a symbol or a rule.
_SMALLEST = 18.0
#: Words that are a figure's label: so many letters, and so far from it (ems) beside it and over it.
_LONGEST_LABEL, _FAR_BESIDE, _FAR_OVER = 30, 5.0, 1.2
_MOST_OPTIONS = 6


@attrs.frozen
class Region:
    """A captioned figure: the area of its ink on the page, without the caption."""

    page: int
    number: str
    caption: str
    area: Area
    caption_area: Area


@attrs.frozen
class _Cluster:
    """Ink that stands together; `text_only` where there is nothing but words."""

    area: Area
    text_only: bool = False


@attrs.frozen
class _Pair:
    """A caption's number and the cluster that it may name."""

    cost: float
    caption: int
    cluster: int


def figure_regions(page: Page, drawn: Artwork) -> list[Region]:
    """The captioned figures of a page, from the top."""
    found = words(page.chars, page.rules)
    parts = pieces(found)
    named = captions(found, lines(page.rules))
    if not any(caption.kind == "figure" for caption in named):
        return []
    blocks = _prose(parts, named)
    walls = [piece.box for piece in blocks] + [caption.box for caption in named]
    clusters = _clusters(_ink(page, drawn, parts, blocks, named), walls)
    chosen = _assigned(named, clusters, walls)
    made = [
        Region(
            page.number, named[c].number, named[c].text, _whole(area, named[c], parts, walls), named[c].box
        )
        for c, area in chosen.items()
        if named[c].kind == "figure"
    ]
    return sorted(made, key=lambda region: (region.area[1], region.area[0]))


def loose_regions(page: Page, drawn: Artwork) -> list[Region]:
    """Large clusters of ink on a page whose captions cannot be read (a font without a character map)."""
    parts = pieces(words(page.chars, page.rules))
    blocks = _prose(parts, ())
    walls = [piece.box for piece in blocks]
    clusters = _clusters(_ink(page, drawn, parts, blocks, ()), walls)
    large = [c.area for c in clusters if min(size(c.area)) > 45 and max(size(c.area)) > 90]
    return [Region(page.number, "", "", area, area) for area in large]


def _prose(parts: Sequence[Piece], named: Sequence[Caption]) -> list[Piece]:
    """Lines of running text: of the usual size, with many words, among others of one left side."""
    if not parts:
        return []
    usual = statistics.median(piece.size for piece in parts for _ in piece.words)
    own = {id(word) for caption in named for piece in caption.pieces for word in piece.words}
    wide = [
        piece
        for piece in parts
        if id(piece.words[0]) not in own
        and len(piece.words) >= 4
        and piece.size > 0.8 * usual
        and piece.x1 - piece.x0 > 14 * piece.size
    ]
    found = []
    for piece in parts:
        if id(piece.words[0]) in own:
            continue
        neighbours = [
            other
            for other in wide
            if other is not piece
            and abs(other.baseline - piece.baseline) < 2.0 * piece.size
            and abs(other.size - piece.size) < 0.15 * piece.size
            and (abs(other.x0 - piece.x0) < 1.6 * piece.size or abs(other.x1 - piece.x1) < 1.5)
        ]
        is_wide = any(piece is other for other in wide)
        if (is_wide and neighbours) or (
            neighbours and abs(piece.size - usual) < 0.1 * usual and _fills(piece, neighbours)
        ):
            found.append(piece)
    return found


def _fills(piece: Piece, neighbours: Sequence[Piece]) -> bool:
    """Whether a short line ends a paragraph: it begins where the line above does."""
    return any(abs(other.x0 - piece.x0) < 1.5 and other.baseline < piece.baseline for other in neighbours)


def _ink(
    page: Page, drawn: Artwork, parts: Sequence[Piece], blocks: Sequence[Piece], named: Sequence[Caption]
) -> list[_Cluster]:
    """All that is drawn, and the words that are neither prose nor caption."""
    found = [
        _Cluster(path.box)
        for path in drawn.paths
        if not _is_page_rule(path.box, page) and not _is_paper(path)
    ]
    found += [
        _Cluster(_before_caption(picture.box, named))
        for picture in drawn.pictures
        if not _is_page_rule(picture.box, page) and sum(overlap(picture.box, p.box) > 0.5 for p in blocks) < 4
    ]
    named_pieces = [piece for caption in named for piece in caption.pieces]
    taken = {id(piece.words[0]) for piece in (*blocks, *named_pieces)}
    found += [_Cluster(piece.box, True) for piece in parts if id(piece.words[0]) not in taken]
    turned = [(c.x0, c.y0, c.x1, c.y1) for c in page.chars if c.angle and 20 < c.x0 < page.width - 20]
    return found + [_Cluster(box, True) for box in turned]


def _before_caption(box: Area, named: Sequence[Caption]) -> Area:
    """A picture without the margin in which its caption is printed."""
    x0, y0, x1, y1 = box
    for caption in named:
        top, bottom = caption.box[1], caption.box[3]
        if overlap(box, caption.box) < 0.5:
            continue
        if top - y0 > 0.6 * (y1 - y0):
            y1 = min(y1, top - 1)
        elif y1 - bottom > 0.6 * (y1 - y0):
            y0 = max(y0, bottom + 1)
    return x0, y0, x1, y1


def _is_paper(path: Path) -> bool:
    """Whether a path only whitens what is behind it."""
    return path.stroke is None and path.fill is not None and min(path.fill) > 250


def _is_page_rule(box: Area, page: Page) -> bool:
    """Whether ink is a rule of the page's own (under a running head, over footnotes), or its background."""
    wide, high = size(box)
    if high < 1.2 and wide > 60:
        head, foot = box[1] < 0.12 * page.height, box[1] > 0.6 * page.height and wide < 220
        return head or (foot and _footnote(box, page))
    return wide > 0.9 * page.width and high > 0.9 * page.height


def _footnote(box: Area, page: Page) -> bool:
    """Whether small print begins right under a short rule."""
    return any(
        char.size < 7.5 and box[0] - 2 <= char.x0 <= box[0] + 20 and 0 < char.y0 - box[1] < 9
        for char in page.chars
    )


def _clusters(ink: Sequence[_Cluster], walls: Sequence[Area]) -> list[_Cluster]:
    """Ink joined where it is near and neither prose nor a caption stands between."""
    current = _joined_on_grid(ink)
    changed = True
    while changed:
        changed = False
        current.sort(key=lambda cluster: cluster.area[1])
        for one, other in itertools.combinations(range(len(current)), 2):
            a, b = current[one], current[other]
            if gap(a.area, b.area) <= _NEAR and not _walled(a.area, b.area, walls):
                current[one] = _Cluster(hull((a.area, b.area)), a.text_only and b.text_only)
                del current[other]
                changed = True
                break
    return [c for c in current if not c.text_only and max(size(c.area)) > _SMALLEST and min(size(c.area)) > 6]


def _joined_on_grid(ink: Sequence[_Cluster]) -> list[_Cluster]:
    """A first, cheap joining of what shares cells of a coarse grid."""
    groups = Groups(len(ink))
    cells: dict[tuple[int, int], int] = {}
    for index, cluster in enumerate(ink):
        if cluster.text_only:
            continue
        x0, y0, x1, y1 = (int(v // 6) for v in cluster.area)
        for cell in itertools.product(range(x0, min(x1, x0 + 120) + 1), range(y0, min(y1, y0 + 160) + 1)):
            if cell in cells:
                groups.join(index, cells[cell])
            cells[cell] = index
    joined = [[ink[i] for i in group] for group in groups.sets()]
    return [_Cluster(hull(c.area for c in group), all(c.text_only for c in group)) for group in joined]


def _walled(one: Area, other: Area, walls: Sequence[Area]) -> bool:
    """Whether prose or a caption would come to lie in the middle of two joined clusters."""
    whole = hull((one, other))
    for wall in walls:
        shared = common(whole, wall)
        if shared[0] >= shared[2] or shared[1] >= shared[3]:
            continue
        inner = extent(shared) > 0.3 * extent(wall)
        apart = extent(common(one, wall)) < 0.3 * extent(wall) and extent(common(other, wall)) < 0.3 * extent(
            wall
        )
        if inner and apart:
            return True
    return False


def _assigned(
    named: Sequence[Caption], clusters: Sequence[_Cluster], walls: Sequence[Area]
) -> dict[int, Area]:
    """For each caption the area of its figure: one main cluster each at the least sum of costs."""
    options: dict[int, list[_Pair]] = {}
    for c, caption in enumerate(named):
        for k, cluster in enumerate(clusters):
            cost = _cost(caption, cluster.area, walls)
            if cost is not None:
                options.setdefault(c, []).append(_Pair(_PAIRED + cost, c, k))
    ranked = [sorted(own, key=lambda pair: pair.cost)[:_MOST_OPTIONS] for own in options.values()]
    chosen = cheapest(ranked, lambda one, other: one.cluster == other.cluster, lambda _: _ALONE)
    areas = {pair.caption: clusters[pair.cluster].area for pair in chosen}
    left = [k for k in range(len(clusters)) if not _is_taken(k, chosen, options, named)]
    wanted = {pair.cluster for own in options.values() for pair in own}
    while left:
        homes = {k: _home(clusters[k].area, areas, named, walls, k in wanted) for k in left}
        found = {k: home for k, home in homes.items() if home is not None}
        if not found:
            break
        nearest = min(found, key=lambda k: found[k][0])
        home = found[nearest][1]
        areas[home] = hull((areas[home], clusters[nearest].area))
        left.remove(nearest)
    return areas


def _is_taken(
    cluster: int, chosen: Sequence[_Pair], options: Mapping[int, Sequence[_Pair]], named: Sequence[Caption]
) -> bool:
    """Whether a cluster is a figure's main part, or a table's that would not go better with a figure."""
    pair = next((pair for pair in chosen if pair.cluster == cluster), None)
    if pair is None or named[pair.caption].kind == "figure":
        return pair is not None
    rivals = [
        other.cost
        for c, own in options.items()
        for other in own
        if other.cluster == cluster and named[c].kind == "figure"
    ]
    return not rivals or min(rivals) > pair.cost


def _cost(caption: Caption, area: Area, walls: Sequence[Area]) -> float | None:
    """What it costs to give a cluster to a caption; None where it cannot be."""
    left, top, right, bottom = caption.box
    above, below = top - area[3], area[1] - bottom
    shared = min(right, area[2]) - max(left, area[0])
    if shared < 0.3 * min(right - left, area[2] - area[0]):
        return _beside(caption, area)
    side = above if above > -4 else below
    if not -4 < side < _FURTHEST or _blocked(caption.box, area, walls):
        return None
    apart = abs(left + right - area[0] - area[2]) / 2
    table = 40.0 if caption.kind != "figure" and above > -4 else 0.0
    under = _BELOW if above <= -4 and caption.kind == "figure" else 0.0
    return max(side, 0.0) + 0.2 * min(apart, 100) + under + table - min(extent(area), 40_000) / 2_000


def _beside(caption: Caption, area: Area) -> float | None:
    """A caption may stand beside its figure."""
    left, top, right, bottom = caption.box
    shared = min(bottom, area[3]) - max(top, area[1])
    away = max(area[0] - right, left - area[2])
    narrow = right - left < 0.75 * max(area[2] - area[0], 1) or bottom - top < 0.4 * (area[3] - area[1])
    if shared < 0.6 * (bottom - top) or not 0 <= away < _FURTHEST_BESIDE or not narrow:
        return None
    return 60.0 + away


def _blocked(caption: Area, area: Area, walls: Sequence[Area]) -> bool:
    """Whether other words stand between a caption and a cluster."""
    x0, x1 = max(caption[0], area[0]), min(caption[2], area[2])
    top, bottom = (area[3], caption[1]) if area[3] <= caption[1] + 4 else (caption[3], area[1])
    between = x0, top, x1, bottom
    return any(
        wall != caption
        and top + 1 < (wall[1] + wall[3]) / 2 < bottom - 1
        and min(wall[2], between[2]) - max(wall[0], between[0]) > 0.2 * min(wall[2] - wall[0], x1 - x0)
        for wall in walls
    )


def _home(
    area: Area, areas: Mapping[int, Area], named: Sequence[Caption], walls: Sequence[Area], wanted: bool
) -> tuple[float, int] | None:
    """The caption (and how far away) to whose figure a further cluster belongs: beside or over its part.

    `wanted` tells that some caption could have it as its main part.
    """
    best: tuple[float, int] | None = None
    for c, main in areas.items():
        caption = named[c].box
        others = [wall for wall in walls if wall != caption]
        if named[c].kind != "figure" or _walled(area, main, others):
            continue
        if extent(common(hull((area, main)), caption)) > 0.2 * extent(caption):
            continue
        away = gap(area, main)
        one_side = (area[3] <= caption[1] + 4) == (main[1] < caption[3] - 4)
        within = min(area[2], caption[2]) - max(area[0], caption[0]) > 0.3 * (area[2] - area[0])
        level = min(area[3], main[3]) - max(area[1], main[1]) > 0.5 * min(
            area[3] - area[1], main[3] - main[1]
        )
        reach = (150 if level else 45) if within else 45 if level and not wanted else 15
        if away < reach and one_side and (best is None or away < best[0]):
            best = away, c
    return best


def _whole(area: Area, caption: Caption, parts: Sequence[Piece], walls: Sequence[Area]) -> Area:
    """The area with the words that stand at its sides, between the sides of its caption also further off."""
    own = {id(word) for piece in caption.pieces for word in piece.words}
    blocked = set(walls)
    free = [
        piece
        for piece in parts
        if id(piece.words[0]) not in own and piece.box not in blocked and len(piece.text) < 60
    ]
    inner = [piece.size for piece in free if extent(common(area, piece.box)) > 0.5 * extent(piece.box)]
    usual = statistics.median(inner or [piece.size for piece in caption.pieces])
    aside = [
        piece.box
        for piece in free
        if piece.size <= 1.15 * usual and _belongs(piece, area, caption.box, walls)
    ]
    area = hull([area, *aside])
    while True:
        near = [
            piece.box
            for piece in free
            if gap(piece.box, area) < 0.8 * piece.size
            and extent(common(grown(area, 0.5), piece.box)) < extent(piece.box)
        ]
        wider = hull([area, *near])
        if wider == area:
            return area
        area = wider


def _belongs(piece: Piece, area: Area, caption: Area, walls: Sequence[Area]) -> bool:
    """Whether a few words stand beside an area, or over or under it, with nothing between."""
    x0, y0, x1, y1 = piece.box
    if len(piece.text) > _LONGEST_LABEL or x0 < caption[0] - 2 or x1 > caption[2] + 2:
        return False
    beside = area[1] <= (y0 + y1) / 2 <= area[3] and gap(piece.box, area) < _FAR_BESIDE * piece.size
    over = area[0] <= (x0 + x1) / 2 <= area[2] and gap(piece.box, area) < _FAR_OVER * piece.size
    return (beside or over) and not _walled(piece.box, area, walls)
