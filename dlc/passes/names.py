"""Names for the layers that passes make."""

from __future__ import annotations

from collections.abc import Iterable


class Names:
    """Gives names that are not taken yet; the same requests always give the same names."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)

    def __contains__(self, name: str) -> bool:
        return name in self._taken

    def fresh(self, wanted: str) -> str:
        """`wanted`, or with `_2`, `_3`, ... at its end where that is taken; it is taken from now on."""
        name, number = wanted, 1
        while name in self._taken:
            number += 1
            name = f"{wanted}_{number}"
        self._taken.add(name)
        return name
