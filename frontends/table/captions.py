"""Captions on a page: where they stand and what they number."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import attrs

from dlc.frontends.pdf.page import Box
from dlc.frontends.pdf.words import Piece, Word, hull, pieces
from dlc.frontends.table.rules import Line

#: What may stand before the word of a caption, its words by what they name, and the number behind them.
_BEFORE = r"(?:(?:supplement(?:ary|al)|extended data|appendix|online)\s+)?"
_WORDS = {
    "table": r"tabl[ea]|tab\.|tabelle|таблица|табл\.|表",
    "figure": r"figur[ea]|fig\b\.?|abbildung|abb\.|рисунок|рис\.|图|圖|図",
    "algorithm": "algorithm",
    "listing": "listing",
}
NUMBER = r"(?:[A-Z]{0,2}[.-]?\d+(?:[.-]\d+)*[a-z]?|[IVXLC]+\b|[A-Z]\b)"
_LABEL = re.compile(
    rf"{_BEFORE}(?P<kind>{'|'.join(_WORDS.values())})\s*"
    rf"(?P<number>{NUMBER})\s*(?P<end>[:.|—–：．]|-(?=\s)|$)?\s*(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
#: Pages whose text has no such line have no captioned table; pages without the other no captioned figure.
_ANY_TABLE = re.compile(rf"(?im)(?:^|\s{{2}}|[.\u0002]\s)\s*{_BEFORE}(?:{_WORDS['table']})\s*{NUMBER}")
_ANY_FIGURE = re.compile(rf"(?i)(?<!\w)(?:{_WORDS['figure']})\s*{NUMBER}")
#: The lines of a caption are at most this far apart (baselines, in sizes).
_LEADING = 1.5


@attrs.frozen
class Caption:
    """A caption: `kind` is "table" or another kind of float, `text` what follows the label."""

    kind: str
    number: str
    text: str
    box: Box
    pieces: tuple[Piece, ...] = ()
    sure: bool = True

    @property
    def is_table(self) -> bool:
        """Whether it names a table."""
        return self.kind == "table"


def may_have_tables(text: str) -> bool:
    """Whether a page with this plain text is worth reading for tables."""
    return _ANY_TABLE.search(text) is not None


def may_have_figures(text: str) -> bool:
    """Whether a page with this plain text is worth looking at for captioned figures."""
    return _ANY_FIGURE.search(text) is not None


def captions(words: Sequence[Word], lines: Sequence[Line]) -> list[Caption]:
    """The captions on a page, from the top; sentences that merely begin with "Table 3" are left out."""
    page = [part for piece in pieces(words) for part in _parted(piece)]
    found = []
    for piece in page:
        match = _LABEL.match(piece.text)
        if match and _is_label(piece, match) and not _mid_paragraph(piece, page, lines):
            found.append(_whole(piece, match, page, lines))
    return sorted(found, key=lambda caption: caption.box[1])


def _parted(piece: Piece) -> Iterable[Piece]:
    """A piece cut where a second caption begins, as side by side tables have them."""
    start = 0
    for index in range(1, len(piece.words) - 1):
        label = _LABEL.match(" ".join(word.text for word in piece.words[index : index + 2]))
        gap = piece.words[index].x0 - piece.words[index - 1].x1
        if label and label["end"] and gap > 0.6 * piece.words[index].size:
            yield Piece(piece.words[start:index])
            start = index
    yield Piece(piece.words[start:])


def _is_label(piece: Piece, match: re.Match[str]) -> bool:
    """Whether "Table 3" at a line's start labels a caption: a mark, bold or capitals set it off, or a sentence
    begins behind it.
    """
    if match["end"] is not None:
        return True
    label = piece.words[:2]
    capitals = match["kind"].isupper()
    numeral = piece.words[1].text if len(piece.words) > 1 else ""
    bold = all(word.bold for word in label) and not all(word.bold for word in piece.words)
    begins = re.match(r"[A-Z][a-z]+ \w|An? [\w-]+", match["rest"]) is not None
    return bold or begins or (capitals and numeral.rstrip(".:").isalnum())


def _mid_paragraph(piece: Piece, page: Sequence[Piece], lines: Sequence[Line]) -> bool:
    """Whether a line of the same width and size stands right above: then it is a sentence of the text."""
    for above in page:
        gap = piece.baseline - above.baseline
        if not 0.5 * piece.size < gap < 1.35 * piece.size or abs(above.size - piece.size) > 0.4:
            continue
        aligned = abs(above.x0 - piece.x0) < 2 or abs(above.x0 - piece.x0 - piece.size) < 1.2 * piece.size
        wide = above.x1 - above.x0 > 0.85 * (piece.x1 - piece.x0) and len(above.words) >= 4
        ruled = any(above.baseline < line.y < piece.y0 + 2 and line.covers(piece.x0 + 5) for line in lines)
        if aligned and wide and not ruled:
            return True
    return False


def _whole(first: Piece, match: re.Match[str], page: Sequence[Piece], lines: Sequence[Line]) -> Caption:
    """The caption that begins with a labelled piece, with the lines that continue it."""
    kept = [first]
    below = sorted((piece for piece in page if piece.baseline > first.baseline + 2), key=lambda p: p.baseline)
    for piece in below:
        last = kept[-1]
        if piece.baseline - last.baseline > _LEADING * max(last.size, first.size):
            break
        if _continues(piece, kept, page, lines):
            kept.append(piece)
    text = _joined([match["rest"], *(piece.text for piece in kept[1:])])
    kind = next(kind for kind, words in _WORDS.items() if re.fullmatch(words, match["kind"], re.IGNORECASE))
    box = hull(piece.box for piece in kept)
    return Caption(kind, match["number"], text, box, tuple(kept), match["end"] is not None)


def _continues(piece: Piece, kept: Sequence[Piece], page: Sequence[Piece], lines: Sequence[Line]) -> bool:
    first, last = kept[0], kept[-1]
    x0, _, x1, _ = hull(part.box for part in kept)
    if piece.baseline - last.baseline < 0.6 * last.size or abs(piece.size - first.size) > 0.25 * first.size:
        return False
    if _LABEL.match(piece.text) and _LABEL.match(piece.text)["end"]:  # type: ignore[index]
        return False
    if any(
        last.baseline < line.y < piece.baseline - 0.4 * piece.size and line.overlaps(piece.x0, piece.x1)
        for line in lines
    ):
        return False
    if any(_beside(piece, other, x0, x1) for other in page):
        return False
    centre = abs((piece.x0 + piece.x1) / 2 - (first.x0 + first.x1) / 2) < 4
    flush = x0 - 3 <= piece.x0 <= x0 + 3 * first.size and (len(kept) > 1 or last.x1 >= piece.x1 - 12)
    titled = len(first.words) <= 2 and centre
    full = last.x1 >= x1 - 0.12 * (x1 - x0) - 10
    return titled or (full and (flush or centre) and _fits(piece, kept, x0, x1))


def _fits(piece: Piece, kept: Sequence[Piece], x0: float, x1: float) -> bool:
    """A continuation is no wider than what went before, unless the caption is centred."""
    return piece.x1 <= x1 + 14 or len(kept[0].words) <= 3


def _beside(piece: Piece, other: Piece, x0: float, x1: float) -> bool:
    """Whether another piece on the same line, inside the caption's width, tells of a table's row."""
    same = other is not piece and abs(other.baseline - piece.baseline) < 0.3 * piece.size
    return same and other.x0 < x1 and other.x1 > x0


def _joined(texts: Iterable[str]) -> str:
    """Lines as running text: a hyphen at a line's end joins the word again."""
    text = ""
    for line in texts:
        if text.endswith("-") and text[-2:-1].isalpha() and line[:1].islower():
            text = text[:-1] + line
        else:
            text = f"{text} {line}".strip()
    return text
