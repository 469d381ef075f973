"""Table 2 of DLPaper2Code (AAAI 2018): hyper-parameter ranges and inputs of simulated designs."""

from __future__ import annotations

import attrs

from dlc.types import Kind, Type

_ODD = tuple(range(1, 12, 2))

# Layer -> attribute -> the values it is drawn from. The table gives no stride for conv2d; 1 and 2 are
# those of the text's example.
RANGES: dict[str, dict[str, tuple[int | float, ...]]] = {
    "dense": {"units": tuple(range(5, 501, 5))},
    "dropout": {"rate": tuple(step / 10 for step in range(11))},
    "conv2d": {"filters": tuple(range(16, 257, 16)), "kernel": _ODD, "stride": (1, 2)},
    "maxpool2d": {"kernel": _ODD, "stride": (2, 3, 4, 5)},
    "avgpool2d": {"kernel": _ODD, "stride": (2, 3, 4, 5)},
    "embed": {"vocab": (10000, 20000, 50000, 75000), "dim": (64, 100, 128, 200)},
    "rnn": {"units": tuple(range(3, 26))},
    "lstm": {"units": tuple(range(3, 26))},
}


@attrs.frozen
class SimulatedInput:
    """A data set that designs start from: its type and its number of classes."""

    name: str
    type: Type
    classes: int


# The table gives IMDB as n x 1. Reviews are cut to 32 words here, which keeps files small where a target
# writes a recurrent layer out step by step.
INPUTS: tuple[SimulatedInput, ...] = (
    SimulatedInput("mnist", Type(Kind.MAP, (28, 28, 1)), 10),
    SimulatedInput("cifar10", Type(Kind.MAP, (32, 32, 3)), 10),
    SimulatedInput("imagenet", Type(Kind.MAP, (224, 224, 3)), 1000),
    SimulatedInput("imdb", Type(Kind.IDS, (32,)), 2),
)
