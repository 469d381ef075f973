"""From items to phrases: which attribute belongs to which layer."""

from __future__ import annotations

import re
from collections.abc import Sequence

import attrs

from dlc.frontends.phrases import items as it
from dlc.frontends.phrases.draft import CONVS, DENSE, PLAIN, RECURRENT, SMALL, WITH_WINDOWS, Draft
from dlc.frontends.phrases.finish import finish
from dlc.frontends.phrases.values import Number, Phrase, PhraseGroup
from dlc.frontends.phrases.words import block_name

_NAMING = it.Operation | it.Named | it.Coded | it.Dashed
_ENDINGS = ("block", "module", "unit", "cell", "stage", "blocks", "modules", "units")


def assemble(items: Sequence[it.Item], text: str) -> tuple[tuple[Phrase | PhraseGroup, ...], str]:
    """Phrases and groups in order, and what was left over."""
    assembler = _Assembler(text)
    assembler.run(_with_blocks(items))
    return assembler.close()


class _Assembler:
    """Walks over chunks (items between commas) and fills drafts."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parts: list[Draft | PhraseGroup] = []
        self._current = Draft()
        self._before: Number | None = None
        self._scopes: list[tuple[int, int, Number]] = []
        self._opened: tuple[int, Number] | None = None
        self._lost: list[str] = []
        self._arrow = False

    def run(self, items: Sequence[it.Item]) -> None:
        for chunk, sign in _chunks(items):
            if any(isinstance(i, _NAMING) for i in chunk) and self._current.family is not None:
                self._next()
            for item in chunk:
                self._item(item)
            if sign is not None and not sign.joins:
                self._close_scope()
            if sign is not None and sign.hard:
                self._next()
            self._arrow = sign is not None and sign.arrow

    def close(self) -> tuple[tuple[Phrase | PhraseGroup, ...], str]:
        self._close_scope()
        self._next()
        parts = [p if isinstance(p, PhraseGroup) else finish(p, self._text) for p in self._parts]
        for start, end, count in reversed(self._scopes):
            members = [attrs.evolve(p, repeat=1) for p in parts[start:end]]
            parts[start:end] = [PhraseGroup(tuple(members), count)]
        return tuple(parts), " ".join(self._lost)

    def _close_scope(self) -> None:
        """End of what a count before it repeats: "2× conv-BN-ReLU, pool" repeats three layers."""
        if self._opened is None:
            return
        start, count = self._opened
        end = len(self._parts) + (not self._current.empty)
        if end - start > 1:
            self._scopes.append((start, end, count))
        self._opened = self._before = None

    def _next(self) -> None:
        if self._current.empty:
            self._lost += self._current.unknown
        else:
            self._parts.append(self._current)
        self._current = Draft()

    def _item(self, item: it.Item) -> None:
        match item:
            case it.Operation(family=family, word=word, place=place):
                self._operation(family, word, place)
            case it.Named():
                self._named(item)
            case it.Coded():
                self._coded(item)
            case it.Dashed():
                self._dashed(item)
            case it.Bracket():
                self._bracket(item)
            case it.Times(count=count, before=True):
                self._times_before(count)
            case it.Unknown(text=text, filler=filler):
                self._unknown(text, filler)
            case it.Separator():
                pass
            case _:
                self._attribute(item)

    def _operation(self, family: str, word: str, place: it.Place) -> None:
        current = self._current
        if current.family == family == "input" or (family == "linear" and current.family in CONVS):
            current.mark(place)
            return
        if current.family == "linear" and family in CONVS:
            current.become_conv(word)
            return
        if current.family is not None or not self._owns_pending(family):
            self._next()
        self._current.become(family, word)
        self._current.mark(place)

    def _owns_pending(self, family: str) -> bool:
        """Whether attributes written so far may be the new operation's; else an earlier one gets them."""
        pending = self._current
        if pending.can_be(family):
            return True
        if self._parts and isinstance(last := self._last_layer(), Draft) and pending.give_to(last):
            self._current = Draft()
        return False

    def _last_layer(self) -> Draft | None:
        found = [p for p in self._parts if isinstance(p, Draft) and p.family in CONVS | DENSE | RECURRENT]
        return found[-1] if found else None

    def _named(self, item: it.Named) -> None:
        current = self._current
        if item.family is None or (
            item.family in ("block", "input", "output") and current.family is not None
        ):
            self._nameless(item)
            return
        if current.family == item.family:
            current.name = item.name
            current.mark(item.place)
            return
        self._operation(item.family, item.name, item.place)
        self._current.name = item.name

    def _nameless(self, item: it.Named) -> None:
        if self._current.name is None and self._current.empty:
            self._current.name = item.name
            self._current.mark(item.place)
        else:
            self._current.unknown.append(item.name)

    def _coded(self, item: it.Coded) -> None:
        self._operation(item.family, item.family, item.place)
        current = self._current
        if item.family in CONVS and (item.second >= SMALL or item.name[0].isdigit()):
            current.kernel = item.first
            current.settings["width"] = item.second
        elif item.family in DENSE and item.second > SMALL:
            current.settings["width"] = item.second
            current.name = f"{item.family}{item.first}"
        else:
            current.name = item.name

    def _dashed(self, item: it.Dashed) -> None:
        self._operation(item.family, item.word, item.place)
        current, value = self._current, item.number
        large = isinstance(value, int) and value >= SMALL - (item.family in DENSE)
        if item.family in CONVS and not large and re.search(r"[123]d", item.word.lower()):
            current.kernel = value
        elif large or not isinstance(value, int):
            current.take(it.Bare(value, place=item.place))
        else:
            current.name = f"{item.word}-{value}"
        current.mark(item.place)

    def _times_before(self, count: Number) -> None:
        if not self._current.empty:
            self._next()
        self._current.repeat = self._before = count
        self._opened = len(self._parts), count

    def _unknown(self, text: str, filler: bool) -> None:
        if not filler and any(c.isalnum() for c in text):
            self._current.unknown.append(text)

    def _attribute(self, item: it.Item) -> None:
        if self._new_window(item):
            self._next()
        if self._arrow and isinstance(item, it.Bare) and "width" in self._current.settings:
            self._current.settings["in"] = self._current.settings.pop("width")
        if isinstance(item, it.Window) and item.listed and self._several_widths(item):
            return
        if self._current.take(item):
            self._before = None
            return
        for draft in reversed(self._parts):
            if isinstance(draft, Draft) and draft.family in CONVS | DENSE and draft.take(item):
                return
        family = self._current.family
        if family is None or (family in PLAIN and isinstance(item, it.Bare)):
            return
        if family not in WITH_WINDOWS and isinstance(item, it.Setting | it.Slashed):
            return  # "softmax / s1"
        pending = Draft()
        if pending.take(item):
            self._next()
            self._current = pending

    def _several_widths(self, item: it.Window) -> bool:
        """ "fc, [16, 256]" are two layers."""
        current = self._current
        if current.family not in DENSE or "width" in current.settings or self._text[item.place.start] != "[":
            return False
        family, word = current.family or "fc", current.word
        for index, width in enumerate(item.size):
            if index:
                self._operation(family, word, item.place)
            self._current.take(it.Bare(width, place=item.place))
        return True

    def _new_window(self, item: it.Item) -> bool:
        """Whether a window begins a further layer: "1×1, 64, 3×3, 64"."""
        current = self._current
        return (
            isinstance(item, it.Window)
            and current.window is not None
            and "width" in current.settings
            and current.family in CONVS | {None}
            and len(item.size) == 2
            and item.size[0] in range(1, SMALL + 1)
        )

    def _bracket(self, bracket: it.Bracket) -> None:
        plain = all(isinstance(i, it.Window) for i in bracket.items)
        if (bracket.round or plain) and bracket.repeat is None and self._before is None:
            self._inline(bracket)
            return
        inner, lost = assemble(bracket.items, self._text)
        self._lost += [lost] if lost else []
        before, self._before, self._opened = self._before, None, None
        if before is not None and self._current.empty:
            self._current = Draft()
        self._next()
        repeat = bracket.repeat if bracket.repeat is not None else before or 1
        if inner:
            self._parts.append(PhraseGroup(inner, repeat))

    def _inline(self, bracket: it.Bracket) -> None:
        current = self._current
        if current.family == "block" and _short_name(bracket) and current.name is None:
            current.name = self._text[bracket.place.start + 1 : bracket.place.end - 1].strip()
            current.mark(bracket.place)
            return
        numbers, rest = _leading_numbers(bracket.items)
        if current.family in CONVS and len(numbers) >= 2 and current.empty_window:
            current.call(numbers, keyed=_states_kernel(rest))
            current.mark(bracket.place)
        else:
            rest = list(bracket.items)
        for item in rest:
            if not self._repeats(item):
                self._item(item)

    def _repeats(self, item: it.Item) -> bool:
        """Whether an operation in brackets only says again what the one before them does."""
        if not isinstance(item, it.Operation):
            return False
        return (self._current.family, item.family) in (
            ("deconv", "upsample"),
            ("add", "add"),
            ("concat", "concat"),
        )


def _leading_numbers(items: Sequence[it.Item]) -> tuple[list[Number], list[it.Item]]:
    """The numbers that a call begins with, and what follows them."""
    numbers: list[Number] = []
    for index, item in enumerate(items):
        if isinstance(item, it.Bare):
            numbers.append(item.value)
        elif not isinstance(item, it.Separator):
            return numbers, list(items[index:])
    return numbers, []


def _states_kernel(items: Sequence[it.Item]) -> bool:
    return any(isinstance(i, it.Window) or (isinstance(i, it.Setting) and i.key == "kernel") for i in items)


def _short_name(bracket: it.Bracket) -> bool:
    return bracket.place.end - bracket.place.start <= 6 and not any(
        isinstance(i, it.Window | it.Setting) for i in bracket.items
    )


def _chunks(items: Sequence[it.Item]) -> list[tuple[list[it.Item], it.Separator | None]]:
    """Items between separators, each with the separator that follows."""
    chunks: list[tuple[list[it.Item], it.Separator | None]] = []
    current: list[it.Item] = []
    for item in items:
        if isinstance(item, it.Separator):
            chunks.append((current, item))
            current = []
        else:
            current.append(item)
    return [*chunks, (current, None)]


def _with_blocks(items: Sequence[it.Item]) -> list[it.Item]:
    """Join words that end in "block", "module", ... to one operation: "small basic block", "dense unit"."""
    result: list[it.Item] = []
    for item in items:
        text = item.text.lower() if isinstance(item, it.Unknown) else ""
        if text not in _ENDINGS:
            result.append(item)
            continue
        words: list[it.Item] = [item]
        while result and _is_word(result[-1]) and len(words) < 5:
            words.insert(0, result.pop())
        name = " ".join(_word(w) for w in words)
        place = it.Place(words[0].place.start, item.place.end)
        result.append(it.Operation("block", name, place) if block_name(name) else item)
    return result


def _is_word(item: it.Item) -> bool:
    return isinstance(item, it.Operation) or (isinstance(item, it.Unknown) and item.text.isalpha())


def _word(item: it.Item) -> str:
    return item.text if isinstance(item, it.Unknown) else getattr(item, "word", "")
