"""Labels whose letters are not read: those of another script than Latin, and those that pixels leave unclear.

Names of layers are known in English. A figure labelled in Chinese or Russian may still be read where numbers say
enough ("3×3, 64"), and where they do not, its reader must be told why.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable

from dlc.diagnostics import Diagnostic, Note, Severity, Span, codes
from dlc.frontends.figure.drawing import Drawing, Label

#: From this share of the letters or labels of a figure on that are not read it is told.
TOLD = 0.3
#: A drawing of fewer boxes is not a network's, whatever its letters.
_FEWEST_BOXES = 3
#: A label less sure than this, or of fewer signs for its length (in ems a sign) than this, was not made out.
_UNSURE, _SPARSE = 0.72, 1.15
#: Scripts by the first word of their letters' Unicode names; single Greek letters are signs of mathematics.
_SCRIPTS = {
    "CJK": "Chinese",
    "HIRAGANA": "Japanese",
    "KATAKANA": "Japanese",
    "HANGUL": "Korean",
    **{name.upper(): name for name in ("Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Thai")},
}
_REMEDY = "give it with labels in English, or the network as a table (.csv) or as .dlnet"


def unread(drawing: Drawing, span: Span) -> tuple[Diagnostic, ...]:
    """The finding that much of a figure's text was not read, and why; nothing where it was."""
    if len(drawing.boxes) < _FEWEST_BOXES:
        return ()
    share, script = foreign(drawing.labels)
    if share >= TOLD:
        message = f"{share:.0%} of the letters are {script}: names of layers are known in English only"
    elif (unclear := unclear_share(drawing)) >= TOLD:
        message = (
            f"{unclear:.0%} of the text could not be made out: another script than Latin, or unclear letters"
        )
    else:
        return ()
    note = Note(f"what was read of it rests on numbers and lines; {_REMEDY}")
    return (Diagnostic(codes.SCRIPT_UNKNOWN, message, span, Severity.WARNING, notes=(note,)),)


def unread_share(drawing: Drawing) -> float:
    """The share of a figure's text that was not read, by letters or by labels."""
    return max(foreign(drawing.labels)[0], unclear_share(drawing))


def foreign(labels: Iterable[Label]) -> tuple[float, str]:
    """The share of letters in words of another script, and which script it mostly is."""
    counts = Counter(script for label in labels for word in label.text.split() for script in _scripts(word))
    others = Counter({script: count for script, count in counts.items() if script})
    if not others:
        return 0.0, ""
    script = "Japanese" if others["Japanese"] else others.most_common(1)[0][0]  # which uses Chinese signs too
    return others.total() / counts.total(), script


def _scripts(word: str) -> list[str]:
    """The script of each letter of a word, "" for Latin ones; signs of mathematics are none."""
    letters = [c for c in word if c.isalpha()]
    found = [_SCRIPTS.get(unicodedata.name(c, "?").split()[0], "") for c in letters]
    return [] if len(letters) == 1 and found == ["Greek"] else found


def unclear_share(drawing: Drawing) -> float:
    """The share of the text read from pixels, by length, that was not made out; specks are no text."""
    lengths = [(_length(label), label) for label in drawing.labels if _length(label) > 0.6 * drawing.em]
    if not drawing.unread and all(label.confidence == 1 for _, label in lengths):
        return 0.0
    unclear = sum(length for length, label in lengths if _is_unclear(label)) + drawing.unread
    return float(unclear / max(1.0, sum(length for length, _ in lengths) + drawing.unread))


def _length(label: Label) -> float:
    return max(label.area[2] - label.area[0], label.area[3] - label.area[1])


def _is_unclear(label: Label) -> bool:
    """Whether a label is unsure, or far too long for its signs: letters of it were left out."""
    signs = len(label.text.replace(" ", "")) + 0.5 * label.text.count(" ")
    return label.confidence < _UNSURE or _length(label) > _SPARSE * label.size * (signs + 1)
