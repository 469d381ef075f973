"""A reading that the figure's own sizes contradict is less sure."""

from support.drawings import drawing, sketch

from dlc.frontends.figure.read import read_drawing


def confidence(*sizes: int) -> float:
    """Of a chain of convolutions that leave the size as it is, with these sides printed beside them."""
    lines = [f"box b{i} 0 {5 * i} | 3x3 conv, 8, same" for i in range(len(sizes))]
    lines += [f"text 6 {5 * i} | {side}x{side}x8" for i, side in enumerate(sizes)]
    lines += [f"arrow b{i} b{i + 1}" for i in range(len(sizes) - 1)]
    (net,) = read_drawing(drawing(sketch("\n".join(lines)))).nets
    return net.confidence or 1.0


def test_each_size_that_contradicts_costs_confidence() -> None:
    agreed = confidence(32, 32, 32, 32, 32)
    one = confidence(32, 32, 32, 32, 16)
    several = confidence(32, 16, 64, 8, 40)
    assert several < 0.7 * agreed < one < agreed
