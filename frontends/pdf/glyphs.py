"""What a glyph means when the font does not say: TeX's own encodings, ligatures, and quirks of PDF writers.

TeX's mathematical fonts keep fixed encodings (OMX for extensions, OMS for symbols, OML for letters, OT1 for
roman; D. Knuth, Computer Modern Typefaces, appendix F of The TeXbook). Many files carry no character map for
them, and readers then hand out the bare code.
"""

from __future__ import annotations

import functools
import re
import unicodedata

#: Pieces of tall delimiters, by the character that stands for each in Unicode's technical block.
TALL = {
    "\uf8ee": "⎡", "\uf8ef": "⎢", "\uf8f0": "⎣", "\uf8f9": "⎤", "\uf8fa": "⎥", "\uf8fb": "⎦",
    "\uf8f1": "⎧", "\uf8f2": "⎨", "\uf8f3": "⎩", "\uf8f4": "⎪", "\uf8fc": "⎫", "\uf8fd": "⎬", "\uf8fe": "⎭",
    "\uf8eb": "⎛", "\uf8ec": "⎜", "\uf8ed": "⎝", "\uf8f6": "⎞", "\uf8f7": "⎟", "\uf8f8": "⎠",
}  # fmt: skip

_OMX = {
    **dict.fromkeys((0x00, 0x10, 0x12, 0x20), "("), **dict.fromkeys((0x01, 0x11, 0x13, 0x21), ")"),
    **dict.fromkeys((0x02, 0x14, 0x22, 0x68), "["), **dict.fromkeys((0x03, 0x15, 0x23, 0x69), "]"),
    **dict.fromkeys((0x08, 0x1A, 0x28, 0x6E), "{"), **dict.fromkeys((0x09, 0x1B, 0x29, 0x6F), "}"),
    0x30: "⎛", 0x31: "⎞", 0x40: "⎝", 0x41: "⎠", 0x42: "⎜", 0x43: "⎟",
    0x32: "⎡", 0x33: "⎤", 0x34: "⎣", 0x35: "⎦", 0x36: "⎢", 0x37: "⎥",
    0x38: "⎧", 0x39: "⎫", 0x3A: "⎩", 0x3B: "⎭", 0x3C: "⎨", 0x3D: "⎬", 0x3E: "⎪",
    **dict.fromkeys((0x4A, 0x4B), "⊙"), **dict.fromkeys((0x4C, 0x4D), "⊕"), **dict.fromkeys((0x4E, 0x4F), "⊗"),
    0x50: "∑", 0x51: "∏", 0x52: "∫", 0x58: "∑", 0x59: "∏", 0x5A: "∫",
}  # fmt: skip
_OMS = {
    0x00: "−", 0x01: "·", 0x02: "×", 0x03: "∗", 0x04: "÷", 0x06: "±", 0x08: "⊕", 0x0A: "⊗", 0x0C: "⊙", 0x0E:
    "◦", 0x0F: "•", 0x14: "≤", 0x15: "≥", 0x18: "∼", 0x19: "≈", 0x20: "←", 0x21: "→", 0x22: "↑", 0x23: "↓",
    0x30: "′", 0x31: "∞", 0x32: "∈", 0x62: "⌊", 0x63: "⌋", 0x64: "⌈", 0x65: "⌉", 0x66: "{", 0x67: "}", 0x68:
    "⟨", 0x69: "⟩", 0x6A: "|", 0x6B: "‖", 0x6E: "\\", 0x70: "√", 0x79: "†", 0x7A: "‡",
}  # fmt: skip
_OML = {
    0x0B: "α", 0x0C: "β", 0x0D: "γ", 0x0E: "δ", 0x0F: "ε", 0x12: "θ", 0x14: "κ", 0x15: "λ", 0x16: "μ", 0x18:
    "ξ", 0x19: "π", 0x1A: "ρ", 0x1B: "σ", 0x1C: "τ", 0x1E: "φ", 0x20: "ψ", 0x21: "ω", 0x22: "ε", 0x3A: ".",
    0x3B: ",", 0x3C: "<", 0x3D: "/", 0x3E: ">", 0x60: "ℓ",
}  # fmt: skip
#: How far (in ems) the tall delimiters of OMX reach below their baseline; they rise 0.04 em above it.
_OMX_DEPTHS = {
    **dict.fromkeys(range(0x10), 1.16), **dict.fromkeys((0x10, 0x11, 0x68, 0x69, 0x6E, 0x6F), 1.76),
    **dict.fromkeys(range(0x12, 0x20), 2.36), **dict.fromkeys(range(0x20, 0x30), 2.96),
    **dict.fromkeys((*range(0x30, 0x36), 0x40, 0x41), 1.76), **dict.fromkeys((0x36, 0x37, 0x42, 0x43), 0.6),
    **dict.fromkeys((*range(0x38, 0x3C),), 0.9), **dict.fromkeys((0x3C, 0x3D), 1.8), 0x3E: 0.3,
}  # fmt: skip
_PIECES = {piece: code for code, piece in _OMX.items() if 0x30 <= code < 0x44}

#: Ligatures and dashes at the codes of OT1 (0x0B on) and of T1 (0x15 on), which never meet.
_TEXT = {
    0x0B: "ff", 0x0C: "fi", 0x0D: "fl", 0x0E: "ffi", 0x0F: "ffl",
    0x15: "–", 0x16: "—", 0x1B: "ff", 0x1C: "fi", 0x1D: "fl", 0x1E: "ffi", 0x1F: "ffl", 0x7F: "-",
}  # fmt: skip

#: The AMS symbols that papers use in tables.
_MSAM = {0x03: "□", 0x04: "■", 0x58: "✓", 0x79: "†", 0x7A: "‡"}
#: Mathematical Pi, as typesetters of journals name its subsets.
_PI = {0xBC: "=", 0xFE: "+", 0xF0: "(", 0xDE: ")", 0xC0: "−", 0xC2: "×", 0xC1: "·", 0xC6: "±"}

#: Families that share an encoding: Computer Modern, Latin Modern, TX and PX, MathTime.
_FAMILIES = (
    (re.compile(r"(?i)cmex|lmmathext|[tp]xex|mtex"), _OMX),
    (re.compile(r"(?i)cmsy|cmbsy|lmmathsym|[tp]xsy|mtsy"), _OMS),
    (re.compile(r"(?i)cmmi|cmmib|lmmathit|[tp]xmi|mtmi"), _OML),
    (re.compile(r"(?i)msam"), _MSAM),
    (re.compile(r"(?i)advp4c4e|advmathsymb|mathematicalpi"), _PI),
)

#: What some PDF writers give for symbols of the OMS fonts: Quartz its own arrows, others the code moved up by
#: 0xA1.
_OMS_QUIRKS = {"\u21e5": "×", "\u21e4": "∗", "\xa1": "−", "\xa2": "·", "\xa3": "×", "\xa4": "∗"}

#: Check marks and crosses of dingbat fonts that have no character map.
_DINGBATS = {"3": "✓", "4": "✔", "5": "✕", "6": "✖", "7": "✗", "8": "✘"}

_SPELLED = {"\xad": "-", "\u2010": "-", "\u2011": "-", "\xa0": " ", "\ufffe": "-", "\ufffd": "", "\uffff": ""}
_SUBSET = re.compile(r"^[A-Z]{6}\+")


def plain_font(name: str) -> str:
    """A font's name without the prefix that marks a subset."""
    return _SUBSET.sub("", name)


def decode(text: str, font: str, mapped: bool) -> str:
    """The text that a glyph of `font` (without subset mark) stands for.

    `mapped` is false where the file gives no Unicode and `text` is the bare character code. Controls that
    mean nothing give an empty text.
    """
    if text in TALL:
        return TALL[text]
    codes = _encoding(font)
    if "!" <= text <= "~" and mapped and (codes in (_TEXT, _OML, _PI) or _is_itself(text, codes)):
        return text
    if codes is _OMS and text in _OMS_QUIRKS:
        return _OMS_QUIRKS[text]
    if (codes in (_OMS, _OMX, _MSAM) and text.isascii() and text.isalnum()) or codes is _PI:
        return codes.get(ord(text), spelled(text))
    if not mapped or text < " ":
        return _bare(text, font, codes)
    return spelled(text)


def _is_itself(text: str, codes: dict[int, str]) -> bool:
    """Whether a symbol font's character can be meant: OMS has calligraphic capitals but no small letters."""
    return not text.isalnum() or (codes is _OMS and text.isupper())


@functools.cache
def _encoding(font: str) -> dict[int, str]:
    return next((codes for family, codes in _FAMILIES if family.match(font)), _TEXT)


def _bare(text: str, font: str, codes: dict[int, str]) -> str:
    """A character code without a map. PDFium reports a hyphen at a line's end as a mapped U+0002."""
    if "ding" in font.lower():
        return _DINGBATS.get(text, text)
    if codes is _TEXT and text == "\x02":
        return "-"
    return codes.get(ord(text), spelled(text)) if text else ""


def spelled(text: str) -> str:
    """Ligatures spelled out, letters of formulas plain, all hyphens `-`, control characters dropped."""
    if len(text) == 1 and text < "\x7f":
        return text if text >= " " else ""
    if text == "\ufffe":
        return ""
    if "ﬀ" <= text <= "ﬆ" or "\U0001d400" <= text <= "\U0001d7ff":
        return unicodedata.normalize("NFKC", text)
    return _SPELLED.get(text, text)


def depth(text: str, font: str, code: int | None) -> float | None:
    """How far below its baseline a tall delimiter of a TeX extension font reaches, in ems; else none.

    `text` is what `decode` gave, `code` the character code where the file names no character.
    """
    if _encoding(font) is not _OMX:
        return None
    return _OMX_DEPTHS.get(code if code is not None else _PIECES.get(text, -1))
