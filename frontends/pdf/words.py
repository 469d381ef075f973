"""Characters grouped into words and lines by where they stand, whatever order the file prints them in."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.pdf.page import Box, Char, Rule

#: Gaps in ems: above the first a new word begins, above the second a new piece of a line.
WORD_GAP = 0.12
PIECE_GAP = 1.25
#: Characters whose baselines differ by less than this share a line (ems).
_SAME_BASELINE = 0.16
#: A script is at most this much of its base's size, and sits this close to it (ems).
_SCRIPT_SIZE = 0.88
_SCRIPT_GAP = 0.3
#: Delimiters higher than this (sizes) hold several lines.
_TALL = 1.45
TALL_PIECES = frozenset("⎡⎢⎣⎤⎥⎦⎧⎨⎩⎪⎫⎬⎭⎛⎜⎝⎞⎟⎠")


@attrs.frozen(slots=True)
class Word:
    """Characters without a space between them, on one baseline, with their sub- and superscripts.

    Superscripts are spelled `^3`, subscripts `_i`. `stem` is the x where its first script begins, if any.
    """

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    baseline: float
    bold: bool = False
    font: str = ""
    stem: float | None = None

    @property
    def box(self) -> Box:
        """Its bounding box."""
        return self.x0, self.y0, self.x1, self.y1

    @property
    def middle(self) -> float:
        """The y of its visual centre, a little above the baseline."""
        return self.baseline - 0.3 * self.size


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around some boxes (at least one)."""
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)


def words(chars: Sequence[Char], rules: Sequence[Rule] = ()) -> list[Word]:
    """The upright words among the characters, each once, sorted by baseline and x.

    Short rules on a baseline between letters are underscores: TeX draws them so.
    """
    upright = [char for char in chars if char.angle == 0 and char.size > 0.5]
    upright += _underscores(upright, rules)
    plain = [word for line in _baselines(_once(upright)) for word in _split(line)]
    plain = _with_fractions(plain, rules)
    return sorted(_with_scripts(plain), key=lambda word: (word.baseline, word.x0))


def _underscores(chars: Sequence[Char], rules: Sequence[Rule]) -> list[Char]:
    short = [rule for rule in rules if rule.horizontal and rule.length < 8 and rule.y1 - rule.y0 < 1]
    ends: dict[tuple[int, int], list[Char]] = {}
    for char in chars if short else ():
        ends.setdefault((int(char.x1 // 8), int(char.baseline // 8)), []).append(char)
    found: dict[tuple[int, int], Char] = {}
    for rule in short:
        column, row = int(rule.x0 // 8), int(rule.middle // 8)
        spots = [(column + dx, row + dy) for dx in (-1, 0, 1) for dy in (-1, 0)]
        left = next((char for spot in spots for char in ends.get(spot, ()) if _underlines(rule, char)), None)
        if left is not None:
            box = rule.x0, left.y0, rule.x1, left.y1
            found[round(rule.x0), round(rule.y0)] = Char("_", *box, left.size, left.baseline, left.font)
    return list(found.values())


def _underlines(rule: Rule, left: Char) -> bool:
    """Whether a rule of about 0.3 em follows a letter on its baseline."""
    below, gap = rule.middle - left.baseline, rule.x0 - left.x1
    fits = 0.2 * left.size < rule.length < 0.7 * left.size
    return fits and -0.06 * left.size < below < 0.3 * left.size and abs(gap) < 0.25 * left.size


def _once(chars: Iterable[Char]) -> Iterable[Char]:
    """Without the second print of a letter that is made bold by printing it twice."""
    seen: set[tuple[str, int, int]] = set()
    last: Char | None = None
    for char in chars:
        ligature = last is not None and last.text.startswith("f") and (char.x0, char.x1) == (last.x0, last.x1)
        last = char
        spots = [(char.text, round(char.x0) + dx, round(char.baseline)) for dx in (-1, 0, 1)]
        near = any(spot in seen for spot in spots) and char.x1 - char.x0 > 2.2
        if not near or char.text == " " or ligature:
            seen.add(spots[1])
            yield char


def _baselines(chars: Iterable[Char]) -> list[list[Char]]:
    lines: list[list[Char]] = []
    for char in sorted(chars, key=lambda char: char.baseline):
        if lines and char.baseline - lines[-1][0].baseline < _SAME_BASELINE * min(
            char.size, lines[-1][0].size
        ):
            lines[-1].append(char)
        else:
            lines.append([char])
    return lines


def _split(line: list[Char]) -> Iterable[Word]:
    run: list[Char] = []
    for char in sorted(line, key=lambda char: char.x0):
        if char.text.isspace():
            if run:
                yield _word(run)
            run = []
            continue
        if run and _parted(run[-1], char):
            yield _word(run)
            run = []
        run.append(char)
    if run:
        yield _word(run)


def _parted(left: Char, right: Char) -> bool:
    wide = right.x0 - left.x1 > WORD_GAP * max(left.size, right.size)
    return wide or is_tall(left) or is_tall(right) or _resized(left, right)


def is_tall(glyph: Char | Word) -> bool:
    """Whether a character or word is a delimiter taller than a line, or a piece of one."""
    if glyph.text in TALL_PIECES:
        return True
    return glyph.text in "()[]{}" and len(glyph.text) == 1 and glyph.y1 - glyph.y0 > _TALL * glyph.size


def _resized(left: Char, right: Char) -> bool:
    """Whether the second stands on another baseline and in another size: a script."""
    shift = abs(left.baseline - right.baseline) > 0.05 * left.size
    return shift and not 0.9 < left.size / right.size < 1.1


def _word(run: list[Char]) -> Word:
    box = hull((char.x0, char.y0, char.x1, char.y1) for char in run)
    first = max(run, key=lambda char: char.size)
    letters = [char for char in run if char.text.isalnum()] or run
    text = "".join(char.text for char in run)
    return Word(text, *box, first.size, first.baseline, all(char.bold for char in letters), first.font)


def _with_fractions(plain: list[Word], rules: Sequence[Rule]) -> list[Word]:
    """Words with those over and under a short rule joined as `a/b`, on the line the rule runs through."""
    bars = [rule for rule in rules if rule.horizontal and 2.5 <= rule.length < 40 and rule.y1 - rule.y0 < 1]
    rows: dict[int, list[Word]] = {}
    for word in plain if bars else ():
        rows.setdefault(int(word.baseline // 16), []).append(word)
    found: list[tuple[Rule, list[Word], list[Word]]] = []
    for bar in bars:
        row = int(bar.middle // 16)
        near = [word for r in (row - 1, row, row + 1) for word in rows.get(r, ())]
        over = [word for word in near if _faces(word, bar, above=True)]
        under = [word for word in near if _faces(word, bar, above=False)]
        if over and under:
            found.append((bar, over, under))
    taken = {id(word) for _, over, under in found for word in (*over, *under)}
    kept = [one for one in found if not _in_row(one[1][0], rows, taken)]
    gone = {id(word) for _, over, under in kept for word in (*over, *under)}
    made = [_fraction(over, under, bar) for bar, over, under in kept]
    return [word for word in plain if id(word) not in gone] + made


def _in_row(word: Word, rows: dict[int, list[Word]], taken: set[int]) -> bool:
    """Whether a word over a bar shares its line with words of its size over none: a row of a table."""
    row = int(word.baseline // 16)
    beside = [other for r in (row - 1, row, row + 1) for other in rows.get(r, ()) if id(other) not in taken]
    return any(
        any(letter.isalnum() for letter in other.text)
        and abs(other.baseline - word.baseline) < 0.1 * word.size
        and abs(other.size - word.size) < 0.1 * word.size
        and min(abs(other.x0 - word.x1), abs(word.x0 - other.x1)) < 8 * word.size
        for other in beside
    )


def _faces(word: Word, bar: Rule, above: bool) -> bool:
    """Whether a word stands right over (or under) a fraction's bar and within its width."""
    within = bar.x0 - 1 < (word.x0 + word.x1) / 2 < bar.x1 + 1 and word.x1 - word.x0 < bar.length + 2
    drop = bar.middle - word.baseline
    return within and (0.05 < drop / word.size < 0.75 if above else 0.55 < -drop / word.size < 1.3)


def _fraction(over: Sequence[Word], under: Sequence[Word], bar: Rule) -> Word:
    parts = [" ".join(word.text for word in sorted(part, key=lambda word: word.x0)) for part in (over, under)]
    text = "/".join(part if part.isalnum() else f"({part})" for part in parts)
    x0, y0, x1, y1 = hull(word.box for word in (*over, *under))
    size = max(word.size for word in (*over, *under)) / 0.7
    box = min(x0, bar.x0), y0, max(x1, bar.x1), y1
    return Word(text, *box, size, bar.middle + 0.25 * size, font=over[0].font)


def _with_scripts(plain: list[Word]) -> list[Word]:
    """Scripts joined to the word on their left, and what continues that word after them."""
    order = sorted(plain, key=lambda word: word.x0)
    joined: list[Word] = []
    for word in order:
        base = _base(word, joined)
        if base is None:
            joined.append(word)
        else:
            joined[base] = _join(joined[base], word)
    return joined


def _base(script: Word, joined: list[Word]) -> int | None:
    """The index of the word that a script or a continuation hangs on; only near neighbours are looked at."""
    for index in range(len(joined) - 1, max(-1, len(joined) - 60), -1):
        base = joined[index]
        gap = script.x0 - base.x1
        over = base.stem is not None and abs(script.x0 - base.stem) < 0.25 * base.size
        if (over or -0.2 * base.size < gap < _SCRIPT_GAP * base.size) and _hangs(script, base, gap):
            return index
    return None


def _hangs(script: Word, base: Word, gap: float) -> bool:
    if is_tall(script) or is_tall(base) or base.text in ("(", "[", "{"):
        return False
    rise = base.baseline - script.baseline
    if script.size <= _SCRIPT_SIZE * base.size:
        return 0.07 * base.size < abs(rise) < 0.62 * base.size
    return base.stem is not None and abs(rise) < 0.1 * base.size and gap < WORD_GAP * base.size


def _join(base: Word, script: Word) -> Word:
    rise = base.baseline - script.baseline
    small = script.size <= _SCRIPT_SIZE * base.size
    mark = ("^" if rise > 0 else "_") if small else ""
    if mark and (script.text[0] in "†‡*∗§¶′'’,." or base.text.endswith(mark)):
        mark = ""
    box = hull((base.box, script.box))
    stem = base.stem if base.stem is not None else base.x1
    return attrs.evolve(base, text=base.text + mark + script.text, x0=box[0], x1=box[2], stem=stem)


@attrs.frozen(slots=True)
class Piece:
    """Words on one baseline without a wide gap between them: a line of a column, or a cell's line."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """The words, spaced."""
        return " ".join(word.text for word in self.words)

    @property
    def x0(self) -> float:
        """Left side."""
        return self.words[0].x0

    @property
    def x1(self) -> float:
        """Right side."""
        return self.words[-1].x1

    @functools.cached_property
    def y0(self) -> float:
        """Top."""
        return min(word.y0 for word in self.words)

    @functools.cached_property
    def y1(self) -> float:
        """Bottom."""
        return max(word.y1 for word in self.words)

    @functools.cached_property
    def size(self) -> float:
        """The font size of most of it."""
        return max(self.words, key=lambda word: len(word.text)).size

    @property
    def baseline(self) -> float:
        """The baseline of its first word."""
        return self.words[0].baseline

    @property
    def middle(self) -> float:
        """The y of its visual centre."""
        return self.words[0].middle

    @property
    def box(self) -> Box:
        """Its bounding box."""
        return self.x0, self.y0, self.x1, self.y1


def pieces(line_words: Sequence[Word], gap: float = PIECE_GAP) -> list[Piece]:
    """Words, sorted by baseline and x, gathered into pieces of lines; `gap` in ems parts two pieces."""
    found: list[Piece] = []
    for line in _word_lines(line_words):
        run = [line[0]]
        for word in line[1:]:
            if word.x0 - run[-1].x1 > gap * min(word.size, run[-1].size):
                found.append(Piece(tuple(run)))
                run = []
            run.append(word)
        found.append(Piece(tuple(run)))
    return found


def _word_lines(line_words: Sequence[Word]) -> list[list[Word]]:
    lines: list[list[Word]] = []
    for word in sorted(line_words, key=lambda word: word.baseline):
        last = lines[-1][0] if lines else None
        if last and word.baseline - last.baseline < _SAME_BASELINE * 2 * min(word.size, last.size):
            lines[-1].append(word)
        else:
            lines.append([word])
    return [sorted(line, key=lambda word: word.x0) for line in lines]
