"""Arrows of plotted drawings: crossings, short gaps, layers in place, and sizes as proof-readers."""

from __future__ import annotations

import attrs
import pytest

from dlc.frontends.figure.drawing import Area, Connector, Drawing, Label, Point
from dlc.frontends.figure.network.plotted.beside import numbered
from dlc.frontends.figure.network.plotted.classes import Class
from dlc.frontends.figure.network.plotted.crossings import untangled
from dlc.frontends.figure.network.plotted.flow import layers_of
from dlc.frontends.figure.network.plotted.label import Said
from dlc.frontends.figure.network.plotted.links import Links, find_links
from dlc.frontends.figure.network.plotted.proof import completed, mended

LETTERS = (Label("letters", (900.0, 900.0, 960.0, 918.0), 18.0),)  # which give the drawing its em
NOWHERE: Area = (0.0, 0.0, 10.0, 10.0)


def drawn(*lines: Connector, junctions: tuple[Point, ...] = ()) -> Drawing:
    return Drawing((0.0, 0.0, 1000.0, 1000.0), (), lines, LETTERS, junctions, unit="px")


def line(*points: Point, head: bool = True) -> Connector:
    return Connector(points, head=head, width=1.3)


def ends(drawing: Drawing) -> set[tuple[Point, Point]]:
    return {(one.start, one.end) for one in drawing.connectors}


def test_a_crossing_taken_for_forks_goes_straight_on() -> None:
    """Two lines that cross at a slant, of which a reader made one bent line and two pieces."""
    found = untangled(
        drawn(
            line((554, 166), (610, 131), (616, 129), (854, 130)),
            line((610, 131), (188, 130), head=False),
            line((616, 129), (673, 94)),
            junctions=((610, 131), (616, 129)),
        )
    )
    assert ends(found) == {((554, 166), (673, 94)), ((188, 130), (854, 130))}
    assert all(one.head for one in found.connectors)
    assert found.junctions == ()


def test_a_fork_stays_a_fork() -> None:
    before = drawn(
        line((100, 0), (100, 100), head=False),
        line((100, 100), (60, 200)),
        line((100, 100), (140, 200)),
        junctions=((100, 100),),
    )
    assert untangled(before) == before


def test_lines_that_meet_at_right_angles_without_going_on_stay() -> None:
    before = drawn(
        line((0, 100), (100, 100), head=False),
        line((100, 100), (100, 200)),
        line((100, 100), (120, 30)),
        line((100, 100), (30, 160)),
        junctions=((100, 100),),
    )
    assert untangled(before) == before


def test_lines_that_cross_at_an_arrows_tip_go_straight_on() -> None:
    """The tip is too short to tell where it points; a second bit of it lies beside."""
    found = untangled(
        drawn(
            line((704, 433), (780, 403), (807, 383), (817, 373), head=False),
            line((740, 350), (802, 370), (900, 387), (972, 395)),
            line((820, 371), (820, 373), head=False),
            line((826, 374), (826, 362)),
            junctions=((817, 373), (826, 374), (826, 366)),
        )
    )
    assert {((740, 350), (972, 395)), ((704, 433), (826, 362))} <= ends(found)
    assert found.junctions == ()


def test_a_line_that_ends_close_beside_a_crossing_crosses_there() -> None:
    found = untangled(
        drawn(
            line((318, 558), (355, 529), (370, 495), (369, 100), head=False),
            line((318, 558), (330, 570), (334, 576), (337, 586), (337, 1000)),
            line((318, 558), (301, 565)),
            line((310, 553), (270, 534), (140, 504), head=False),
            junctions=((318, 558), (310, 561)),
        )
    )
    assert ends(found) == {((140, 504), (337, 1000)), ((369, 100), (301, 565))}


def test_of_a_tip_that_was_seen_twice_one_is_left_out() -> None:
    """An arrow's head at a box's corner, on a curve that turns there."""
    found = untangled(
        drawn(
            line((777, 171), (847, 268), (674, 417), (627, 437), (597, 447)),
            line((373, 378), (460, 392), (526, 407), (570, 422), (588, 431), (611, 447)),
            line((606, 444), (617, 465), (621, 483), (620, 503), (612, 529), (597, 557)),
            junctions=((606, 444),),
        )
    )
    assert ends(found) == {((777, 171), (597, 447)), ((373, 378), (597, 557))}
    assert found.junctions == ()


def test_a_line_that_ends_on_another_closely_before_a_box_leads_there() -> None:
    areas = [(0.0, 0.0, 40.0, 40.0), (200.0, 40.0, 300.0, 86.0), (500.0, 100.0, 560.0, 140.0)]
    sources = [(0.0, 90.0, 40.0, 125.0)]
    crossed = drawn(
        line((20, 40), (60, 150), (150, 160), (220, 100), head=False),
        line((40, 100), (220, 100), (500, 120)),
    )
    assert set(find_links(crossed, [*areas, *sources]).directed) == {(0, 1), (3, 2)}


@pytest.mark.parametrize("turn", [[(100, 120)], [(97, 124), (100, 119), (103, 124)]], ids=["sharp", "round"])
def test_two_arrows_that_come_from_one_line_are_led_back_to_it(turn: list[Point]) -> None:
    areas = [(80.0, 0.0, 120.0, 50.0), (40.0, 200.0, 80.0, 250.0), (120.0, 200.0, 160.0, 250.0)]
    both = attrs.evolve(line((60, 200), (90, 160), *turn, (110, 160), (140, 200)), tail=True)
    gap = drawn(line((100, 50), (100, 108), head=False), both)
    assert set(find_links(gap, areas).directed) == {(0, 1), (0, 2)}


def test_a_line_that_stops_short_of_a_fork_leads_there() -> None:
    areas = [(80.0, 0.0, 120.0, 50.0), (40.0, 200.0, 80.0, 250.0), (120.0, 200.0, 160.0, 250.0)]
    gap = drawn(
        line((100, 50), (100, 95), head=False),
        line((99, 112), (60, 200)),
        line((102, 112), (140, 200)),
        junctions=((100, 110),),
    )
    assert set(find_links(gap, areas).directed) == {(0, 1), (0, 2)}


def test_a_line_does_not_lead_back_to_what_begins_beside_it() -> None:
    areas = [(80.0, 0.0, 120.0, 50.0), (300.0, 200.0, 380.0, 250.0)]
    apart = drawn(line((100, 50), (100, 140), head=False), line((115, 130), (300, 225)))
    assert set(find_links(apart, areas).directed) == set()


def test_no_line_runs_through_a_box() -> None:
    """Two lines that end at two sides of a box were taken for one behind it."""
    areas = [(100.0, 100.0, 180.0, 160.0), (400.0, 30.0, 480.0, 80.0), (0.0, 250.0, 60.0, 300.0)]
    through = drawn(line((400, 70), (250, 120), (182, 130), (106, 152), (50, 250)))
    assert set(find_links(through, areas).directed) == {(1, 0), (0, 2)}


def test_a_line_over_the_cut_corner_of_an_octagon_goes_past_it() -> None:
    areas = [(100.0, 100.0, 300.0, 160.0), (340.0, 60.0, 400.0, 110.0), (0.0, 100.0, 60.0, 150.0)]
    past = drawn(line((340, 96), (260, 103), (60, 110)))
    assert set(find_links(past, areas).directed) == {(1, 2)}


def test_a_line_that_touches_a_corner_leads_to_the_box_behind_it() -> None:
    areas = [(228.0, 206.0, 412.0, 254.0), (434.0, 206.0, 654.0, 254.0), (800.0, 100.0, 900.0, 150.0)]
    grazing = drawn(line((800, 150), (695, 186), (534, 194), (484, 198), (441, 204), (435, 203), head=False))
    assert set(find_links(grazing, areas).joined[0]) == {2}


def test_a_line_that_begins_on_another_one_at_a_box_begins_at_the_box() -> None:
    areas = [(100.0, 0.0, 200.0, 50.0), (300.0, 200.0, 380.0, 250.0), (300.0, 300.0, 380.0, 350.0)]
    beside = drawn(
        attrs.evolve(line((140, 50), (180, 150), (300, 225)), tail=True),
        line((142, 60), (170, 200), (300, 325)),
    )
    assert (0, 2) in find_links(beside, areas).directed


@pytest.mark.parametrize(("text", "count"), [("205", 205), ("l2", 12), ("05", None), ("conv", None)])
def test_a_number_beside_an_arrow_is_what_its_layer_gives(text: str, count: int | None) -> None:
    boxes = [Said((80.0, 0.0, 120.0, 50.0), "fc", "fc", Class("InnerProduct", "dense"), caffe=True)]
    boxes.append(Said((80.0, 200.0, 120.0, 250.0), "fc", "fc"))
    beside = Label(text, (104.0, 110.0, 130.0, 124.0), 18.0)
    (found, _) = numbered(boxes, Links(((0, 1),), {}), [beside], drawn(line((100, 50), (100, 200))))
    assert found.outputs == count


def test_all_who_share_a_trunk_are_reached() -> None:
    areas = [(80.0, 0.0, 120.0, 50.0), (40.0, 200.0, 80.0, 250.0), (120.0, 200.0, 160.0, 250.0)]
    forked = drawn(
        line((100, 50), (100, 120), head=False),
        line((100, 120), (60, 200)),
        line((100, 120), (140, 200)),
        junctions=((100, 120),),
    )
    assert set(find_links(forked, areas).directed) == {(0, 1), (0, 2)}


def test_an_arrow_that_stops_short_reaches_its_box() -> None:
    areas = [(0.0, 0.0, 100.0, 50.0), (300.0, 12.0, 400.0, 60.0)]
    over_the_top = drawn(line((100, 0), (350, -1)))
    assert find_links(over_the_top, areas).directed == ((0, 1),)


def said(name: str, op: str = "", *given: int, gives: int | None = None, green: bool = False) -> Said:
    cls = Class(op, op) if op else None
    fill = (144, 238, 144) if green else None
    sizes = tuple((size,) for size in given)
    return Said(NOWHERE, name, name, cls, not given, sizes, (gives,) if gives else None, fill=fill)


def test_a_layer_in_place_stands_between_its_blob_and_those_that_read_it() -> None:
    boxes = [said("conv", "conv2d"), said("blob"), said("drop", "dropout"), said("pool", "maxpool2d")]
    links = Links(((0, 1), (1, 2), (2, 1), (1, 3)), {})
    layers = layers_of(boxes, links)
    assert [(layer.said.name, layer.sources) for layer in layers] == [
        ("conv", ()),
        ("drop", (0,)),
        ("pool", (1,)),
    ]


def test_the_fill_tells_of_a_layer_in_place_whose_arrows_were_not_told_apart() -> None:
    boxes = [
        said("conv", "conv2d"),
        said("blob"),
        said("drop", "dropout", green=True),
        said("pool", "maxpool2d"),
    ]
    links = Links(((0, 1), (1, 3)), {2: frozenset({1})})
    assert [layer.said.name for layer in layers_of(boxes, links)] == ["conv", "drop", "pool"]
    assert layers_of(boxes, links)[2].sources == (1,)


def test_a_layer_that_writes_a_blob_of_its_own_is_not_in_place() -> None:
    """A line between its neighbours touches it."""
    boxes = [
        said("conv", "conv2d"),
        said("blob"),
        said("pool", "maxpool2d"),
        said("out"),
        said("fc", "dense"),
    ]
    links = Links(((0, 1), (1, 2), (2, 1), (2, 3), (1, 4)), {})
    layers = layers_of(boxes, links)
    assert [(layer.said.name, layer.sources) for layer in layers] == [
        ("conv", ()),
        ("pool", (0,)),
        ("fc", (0,)),
    ]


def test_a_layer_that_seems_to_be_led_to_by_another_reads_its_blob() -> None:
    """The line from the blob leaves it where the arrow to it ends."""
    boxes = [said("conv", "conv2d"), said("blob"), said("pool", "maxpool2d")]
    layers = layers_of(boxes, Links(((0, 1), (0, 2)), {}))
    assert [(layer.said.name, layer.sources) for layer in layers] == [("conv", ()), ("pool", (0,))]


def test_links_in_a_circle_lose_the_one_that_runs_back() -> None:
    boxes = [said(str(n), "dense") for n in range(3)]
    boxes = [
        Said((0.0, 100.0 * n, 10.0, 100.0 * n + 50), one.text, one.name, one.cls)
        for n, one in enumerate(boxes)
    ]
    layers = layers_of(boxes, Links(((0, 1), (1, 2), (2, 0)), {}))
    assert [layer.sources for layer in layers] == [(), (0,), (1,)]


def test_sizes_find_a_source_that_is_missing() -> None:
    boxes = [
        said("a", "dense", 7, gives=5),
        said("b", "dense", 5, gives=3),
        said("c", "concat", 3, 5, gives=8),
    ]
    links = Links(((0, 1), (1, 2)), {})
    assert mended(boxes, links) == [(0, 1), (1, 2), (0, 2)]


def test_sizes_replace_a_source_that_is_wrong() -> None:
    boxes = [said("a", "dense", 7, gives=5), said("b", "dense", 7, gives=3), said("c", "dense", 5, gives=8)]
    links = Links(((1, 2),), {2: frozenset({0, 1})})
    assert mended(boxes, links) == [(0, 2)]


def test_of_several_sources_that_fit_the_one_that_leads_nowhere_is_taken() -> None:
    boxes = [said("a", "dense", 7, gives=5), said("b", "dropout", 5, gives=5), said("c", "dense", 5, gives=8)]
    assert mended(boxes, Links(((0, 1),), {})) == [(0, 1), (1, 2)]


def test_where_sizes_leave_a_choice_nothing_is_taken() -> None:
    boxes = [said("a", "dense", 7, gives=5), said("b", "dense", 7, gives=5), said("c", "dense", 5, gives=8)]
    assert mended(boxes, Links((), {})) == []


def test_a_layer_that_lacks_a_source_has_the_only_one_that_a_line_joins_with_it() -> None:
    boxes = [said("a", "dense"), said("b", "dense"), said("c", "concat"), said("d", "dense")]
    around = {2: frozenset({0, 1, 3})}
    assert completed(boxes, Links((), around), [(1, 2), (2, 3)]) == [(1, 2), (2, 3), (0, 2)]
    assert completed(boxes, Links((), around), [(0, 2), (1, 2), (2, 3)]) == [(0, 2), (1, 2), (2, 3)]
    assert completed(boxes, Links((), around), [(2, 3)]) == [(2, 3)]  # one of two


def test_only_blobs_are_sources_of_caffes_layers() -> None:
    boxes = [said("a", "dense"), said("blob"), said("b", "dense")]
    assert completed(boxes, Links((), {2: frozenset({0, 1})}), [(0, 1)], value=True) == [(0, 1), (1, 2)]


def test_an_arrow_more_than_sizes_listed_is_left_out() -> None:
    boxes = [said("a", "dense", 7, gives=5), said("b", "dense", 7, gives=3), said("c", "dense", 5, gives=8)]
    assert mended(boxes, Links(((0, 2), (1, 2)), {})) == [(0, 2)]


def test_of_sources_of_one_size_the_one_that_a_line_of_its_own_joins_is_kept() -> None:
    boxes = [said("a", "dense", 7, gives=5), said("b", "dense", 7, gives=5), said("c", "dense", 5, gives=8)]
    assert mended(boxes, Links(((0, 2), (1, 2)), {}, frozenset({(1, 2)}))) == [(1, 2)]


def test_an_arrow_too_many_is_what_misses_elsewhere() -> None:
    boxes = [
        said("a", "dense", 7, gives=5),
        said("b", "dense", 7, gives=5),
        said("c", "dense", 5, gives=8),
        said("d", "concat", 5, 8, gives=13),
    ]
    links = Links(((0, 2), (1, 2), (2, 3)), {}, frozenset({(1, 2)}))
    assert mended(boxes, links) == [(1, 2), (2, 3), (0, 3)]
