"""Numbers gathered into sets by what joins them."""

from __future__ import annotations


class Groups:
    """Disjoint sets of the numbers from 0 to `count` - 1, each alone at first."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))

    def root(self, item: int) -> int:
        """The number that stands for an item's set."""
        while self._parent[item] != item:
            self._parent[item] = self._parent[self._parent[item]]
            item = self._parent[item]
        return item

    def join(self, first: int, second: int) -> None:
        """Make one set of two items' sets."""
        self._parent[self.root(first)] = self.root(second)

    def sets(self) -> list[list[int]]:
        """The sets by their first members, each in ascending order."""
        found: dict[int, list[int]] = {}
        for item in range(len(self._parent)):
            found.setdefault(self.root(item), []).append(item)
        return list(found.values())
