"""Which body belongs to which caption: the pairs with the least sum of costs, no body given twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

#: The search stops after so many steps with the best that it has; captions are few, so that is seldom.
_MOST_STEPS = 4000


class Priced(Protocol):
    """A caption with a body that it may name, and what that costs."""

    @property
    def cost(self) -> float:
        """How far the two are from being a pair."""
        ...


P = TypeVar("P", bound=Priced)


def cheapest(
    options: Sequence[Sequence[P]], clash: Callable[[P, P], bool], alone: Callable[[Sequence[P]], float]
) -> list[P]:
    """At most one pair a caption, at the least sum of costs.

    `options` are the pairs of each caption, no cost below 0; of two that `clash` only one is taken; a caption
    that gets none costs what `alone` says of its options.
    """
    best: tuple[float, list[P]] = (float("inf"), [])
    steps = _MOST_STEPS

    def search(index: int, cost: float, chosen: list[P]) -> None:
        nonlocal best, steps
        steps -= 1
        if cost >= best[0] or (steps < 0 and best[1]):
            return
        if index == len(options):
            best = cost, list(chosen)
            return
        for pair in options[index]:
            if not any(clash(pair, other) for other in chosen):
                search(index + 1, cost + pair.cost, [*chosen, pair])
        search(index + 1, cost + alone(options[index]), chosen)

    search(0, 0.0, [])
    return best[1]
