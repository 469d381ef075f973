"""Lines that carry no value, or one back: weights that are shared, loops of a method's steps."""

import attrs
import pytest
from support.drawings import drawing, sketch

from dlc.frontends.figure.drawing import Drawing
from dlc.frontends.figure.read import read_drawing
from dlc.ir import Net

BRANCHES = (
    "box a 0 0 | Image A",
    "box b 0 12 | Image B",
    "box c 12 0 | 3x3 conv, 8",
    "box d 12 12 | {words}",
    "box e 24 6 | concat",
    "arrow a c",
    "arrow b d",
    "arrow c e",
    "arrow d e",
    "arrow c d",
)


def both_ways(drawn: Drawing) -> Drawing:
    """The drawing whose last line has heads at both ends."""
    *others, last = drawn.connectors
    return attrs.evolve(drawn, connectors=(*others, attrs.evolve(last, head=True, tail=True)))


def only(drawn: Drawing) -> Net:
    (net,) = read_drawing(drawn).nets
    return net


def merges(net: Net) -> int:
    return sum(node.layer.op_name in ("add", "concat") for node in net.body)


def test_branches_that_share_weights_are_not_joined_by_the_line_that_says_so() -> None:
    drawn = drawing(sketch("\n".join(BRANCHES).format(words="3x3 conv, 8")))
    assert merges(only(both_ways(drawn))) == 1
    assert merges(only(drawn)) == 2


def test_a_line_both_ways_between_other_layers_joins_them() -> None:
    drawn = drawing(sketch("\n".join(BRANCHES).format(words="5x5 conv, 16")))
    assert merges(only(both_ways(drawn))) == 2


@pytest.mark.parametrize("words", ["Critic network", "3x3 conv, 8"])
def test_a_loop_of_two_boxes_is_no_network(words: str) -> None:
    loop = ("box a 0 0 | 3x3 conv, 8", f"box b 14 0 | {words}", "arrow a b", "arrow b 14,6 0,6 a")
    assert read_drawing(drawing(sketch("\n".join(loop)))).nets == ()


def test_a_recurrent_layer_may_give_to_itself_by_way_of_another() -> None:
    chain = ["box a 0 0 | Input", "box b 0 6 | LSTM", "box c 0 12 | fc, 10", "arrow a b", "arrow b c"]
    back = "arrow c 10,12 10,6 b"
    plain, looped = (only(drawing(sketch("\n".join(lines)))) for lines in (chain, [*chain, back]))
    assert looped.confidence == pytest.approx(plain.confidence, abs=0.03)


def test_round_one_layer_that_changes_the_channels_nothing_is_added() -> None:
    lines = ["box a 0 0 | 3x3 conv, 32, same", "box b 0 6 | 3x3 conv, {}, same", "box c 0 12 | 3x3 conv, 8"]
    lines += ["arrow a b", "arrow b c", "arrow a 10,0 10,12 c"]
    for width, op in ((32, "add"), (64, "concat")):
        net = only(drawing(sketch("\n".join(lines).format(width))))
        assert [node.layer.op_name for node in net.body if node.layer.op_name in ("add", "concat")] == [op]
