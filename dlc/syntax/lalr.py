"""The LALR machine: one pass over a text, reducing as it goes, and stoppable at an error to be mended."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import attrs

from dlc.syntax.tables import END, UNKNOWN, table

Token = re.Match[str]
Reduction = Callable[[list[object], int, int], object]


@attrs.frozen
class Unexpected:
    """A token that no rule has a place for, and the state in which it came."""

    kind: str
    text: str
    start: int
    end: int
    state: int


class Machine:
    """Stacks of states, values and start offsets over `text`; `position` is where the next token is read.

    `reductions` maps the name of a rule to what makes its value, from the values of its symbols and
    its place; a rule of one symbol that is not named there keeps its symbol's value. A token's value
    is its match.
    """

    def __init__(self, text: str, reductions: Mapping[str, Reduction]) -> None:
        self.text = text if text.endswith("\n") else text + "\n"
        self._table = table()
        self.states = [self._table.start]
        self.values: list[object] = []
        self.starts: list[int] = []
        self.position = 0
        self.last_end = 0
        self._rules = [(r.left, r.length, reductions.get(r.action)) for r in self._table.rules]

    def run(self) -> Unexpected | None:
        """Read on, to the end or to the next token that has no place."""
        found, skipped = self._read()
        if found is None:
            self.feed(END, None, len(self.text), len(self.text))
            if self.states[-1] == self._table.accept:
                return None
        return self._unexpected(found, skipped)

    def _read(self) -> tuple[Token | None, Token | None]:
        """The next token that has no place (None at the end), and a newline that was skipped before it.

        What `feed` does is written out here: this loop is where reading spends its time.
        """
        rows, rules, text, states = self._table.rows, self._rules, self.text, self.states
        match, keywords = self._table.pattern.match, self._table.keywords
        push, mark = self.values.append, self.starts.append
        skipped: Token | None = None
        while (found := match(text, self.position)) is not None:
            kind = found.lastgroup or ""
            start, end = found.span(kind)
            row = rows[states[-1]]
            if kind == "NAME":
                word = keywords.get(text[start:end], "")
                kind = word if word in row else kind
            action = row.get(kind)
            while action is not None and action < 0:
                left, length, function = rules[-1 - action]
                if function is None and length == 1:
                    states[-1] = rows[states[-2]][left]
                else:
                    self._reduce(left, length, function)
                action = rows[states[-1]].get(kind)
            if action is not None:
                states.append(action)
                push(found)
                mark(start)
                self.last_end = end
                skipped = None
            elif kind == "_NEWLINE":
                skipped = found
            else:
                return found, skipped
            self.position = end
        return None, skipped

    def feed(self, kind: str, value: object, start: int, end: int) -> bool:
        """Give the machine one token; False where it has no place (rules may have been reduced)."""
        rows, states = self._table.rows, self.states
        action = rows[states[-1]].get(kind)
        while action is not None:
            if action >= 0:
                states.append(action)
                self.values.append(value)
                self.starts.append(start)
                self.last_end = end
                return True
            self._reduce(*self._rules[-1 - action])
            action = rows[states[-1]].get(kind)
        return False

    def accepts(self, symbol: str, depth: int = -1) -> bool:
        """Whether a symbol may come in the state at `depth` of the stack."""
        return symbol in self._table.rows[self.states[depth]]

    def expected(self) -> list[str]:
        """The terminals that may come now."""
        return [symbol for symbol in self._table.rows[self.states[-1]] if not symbol.islower()]

    def unwind(self, depth: int) -> int:
        """Drop what was read since the state at `depth`; where that began."""
        start = self.starts[depth] if depth < len(self.starts) else self.last_end
        del self.states[depth + 1 :], self.values[depth:], self.starts[depth:]
        return start

    def _unexpected(self, found: Token | None, skipped: Token | None) -> Unexpected:
        """The error at `found` (None: the end); a newline skipped before it is the error outside brackets."""
        self._settle()
        state = self.states[-1]
        if skipped is not None and not self.in_brackets():
            start, end = skipped.span("_NEWLINE")
            self.position = start
            return Unexpected("_NEWLINE", "\n", start, start, state)
        if found is None:
            return Unexpected(END, "", len(self.text), len(self.text), state)
        kind = found.lastgroup or ""
        start, end = found.span(kind)
        text = self.text[start:end]
        # An unknown character is a kind of its own, so that examples tell one from another.
        return Unexpected(text if kind == UNKNOWN else kind, text, start, end, state)

    def in_brackets(self) -> bool:
        """Whether a parenthesis or bracket is open."""
        for value in reversed(self.values):
            kind = value.lastgroup if isinstance(value, re.Match) else None
            if kind in ("LPAR", "LSQB", "LBRACE"):
                return kind != "LBRACE"
        return False

    def _settle(self) -> None:
        """Reduce what is complete whatever comes next, so that an error's state tells where it is."""
        rows, states = self._table.rows, self.states
        while len(actions := set(rows[states[-1]].values())) == 1 and (action := actions.pop()) < 0:
            self._reduce(*self._rules[-1 - action])

    def _reduce(self, left: str, length: int, function: Reduction | None) -> None:
        """Replace the symbols of a rule by its left side."""
        rows, states, values, starts = self._table.rows, self.states, self.values, self.starts
        if length == 1:
            states[-1] = rows[states[-2]][left]
            if function is not None:
                values[-1] = function([values[-1]], starts[-1], self.last_end)
            return
        children: list[object] = []
        start = self.last_end
        if length:
            children, start = values[-length:], starts[-length]
            del values[-length:], starts[-length:], states[-length:]
        values.append(function(children, start, self.last_end) if function is not None else None)
        starts.append(start)
        states.append(rows[states[-1]][left])
