"""Arrows that meet without a sign are merges that were guessed: many of them make a reading less sure."""

from support.drawings import drawing, sketch

from dlc.frontends.figure.read import read_drawing


def confidence(shortcuts: int) -> float:
    """Of a chain of six convolutions, with so many arrows round one of them that meet the next one's."""
    lines = [f"box b{i} 0 {6 * i} | 3x3 conv, 8, same" for i in range(6)]
    lines += [f"arrow b{i} b{i + 1}" for i in range(5)]
    lines += [f"arrow b{i} b{i + 2}" for i in range(shortcuts)]
    (net,) = read_drawing(drawing(sketch("\n".join(lines)))).nets
    return net.confidence or 1.0


def test_a_shortcut_now_and_then_costs_nothing() -> None:
    assert confidence(2) >= 0.99 * confidence(0)


def test_many_guessed_merges_cost_confidence() -> None:
    assert confidence(4) < 0.95 * confidence(2)


def test_a_lone_sign_is_no_network() -> None:
    boxes = ("box a -8 0 | Input", "box b 8 0 | Image", "circle s 0 0 | +", "box t 0 8 | Output")
    arrows = ("arrow a s", "arrow b s", "arrow s t")
    assert read_drawing(drawing(sketch("\n".join((*boxes, *arrows))))).nets == ()
