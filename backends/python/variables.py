"""Which variable holds which value in a function's body."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from dlc.backends.python.names import Namer

PASSING = ("x", "y", "z")  # variables for values that only the next statement reads


class Variables:
    """Chooses variables for values. `reads` lists for each statement the values that it reads, and last
    what the function gives; `given` maps values to the variables that hold them at the start; `fixed` are
    names that no value may take."""

    def __init__(
        self, reads: Sequence[Sequence[str]], given: Mapping[str, str], fixed: Iterable[str] = ()
    ) -> None:
        self.names: dict[str, str] = {}
        self._fixed = set(fixed)
        self._namer = Namer({*self._fixed, *given.values(), *PASSING})
        self._uses: dict[str, list[int]] = {}
        self._held_until: dict[str, int] = {}  # the statement that reads a variable's value last
        for position, values in enumerate(reads):
            for value in values:
                self._uses.setdefault(value, []).append(position)
        for value, variable in given.items():
            self.hold(value, variable)

    def hold(self, value: str, variable: str) -> None:
        """Let a variable hold a value, besides those that it holds already."""
        self.names[value] = variable
        last = self._uses.get(value, [-1])[-1]
        self._held_until[variable] = max(self._held_until.get(variable, -1), last)

    def choose(self, position: int, value: str, wanted: str, operands: Sequence[str]) -> str:
        """The variable for what statement number `position` makes of `operands`: a passing one where only
        the next statement reads it, else `wanted` or a name like it."""
        made = self._passing(position, value, operands) or self._namer.unique(wanted)
        self.hold(value, made)
        return made

    def helper(self, name: str) -> str:
        """A variable for a part of a statement."""
        return self._namer.unique(name)

    def is_sole(self, position: int, value: str) -> bool:
        """Whether only the statement after number `position` reads a value, and only once."""
        return self._uses.get(value, []) == [position + 1]

    def _passing(self, position: int, value: str, operands: Sequence[str]) -> str | None:
        if set(self._uses.get(value, ())) != {position + 1}:
            return None
        dying = [self.names[n] for n in operands[:1] if n in self.names]
        for variable in (*(v for v in dying if v in PASSING), *PASSING):
            if variable not in self._fixed and self._held_until.get(variable, -1) <= position:
                return variable
        return None
