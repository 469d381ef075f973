"""Text as papers, PDF extraction and OCR give it, brought to one spelling before it is read."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‐‑‒–—―−﹣", "-"),
        **dict.fromkeys("’‘′ʹ´`", "'"),
        **dict.fromkeys("“”″", '"'),
        **dict.fromkeys("✕✖⨯╳", "×"),
        **dict.fromkeys("\u00a0\u2009\u202f\t\r", " "),
        "\u00ad": "",
        "\u200b": "",
    }
)

_REFERENCE = (
    r"\(?(?:see |as in |cf\. )?\b(?:fig(?:ure|\.)?|tab(?:le|\.)|sec(?:tion|\.)|eqn?\.) ?\(?\d[\d.]*\w?\)?"
)


def _squared(match: re.Match[str]) -> str:
    side = match[1] or match[2]
    return f"{side}×{side}"


_STEPS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"\\(?:times|cdot)\b\s*", "×"),
        (r"'(\w+)'", r"\1"),
        (r'"', ""),
        (r"\$|\\(?:text|mathrm|mathbf)\b", ""),
        # What is no layer: "see Figure 5", the distribution of a noise vector.
        (_REFERENCE, ""),
        (r"\((?:no|without|w/o)\b(?![^)]*pad)[^)]*\)", ""),
        (r"\b(?:no|without|w/o) (?:BN|batch ?norm\w*|relu|bias|activation|non-?linearity|dropout)\b", ""),
        (r"^[a-z]\s*[~∼]\s*[NU]\s*\([^)]*\)+$", "input"),
        (r"[~∼]\s*[NU]\s*\([^)]*\)", ""),
        # z ∈ R^128 is an input of that size.
        (r"(?:(?<![A-Za-z])[a-z]\s*)?∈\s*R\s*\^?\s*", " input "),
        (r"\bsame as\b", "as"),
        # Vaswani et al. 2017: the norm after a sum is that of the layer.
        (r"(?i:\badd)\s*(?:&|and|\+)\s*(?i:(?:layer[ -]?)?norm(?:alization)?)\b", "add, layer norm"),
        (r"(?i:\bnorm(?:alization)?)\s*(?:&|and|\+)\s*(?i:add)\b", "layer norm, add"),
        (r"(?<=[A-Za-z]{2})\.(?=\d)", " "),
        # A lost space: "3×3conv"; a stride or a number without one: "conv/2", "stride-2", "conv layer 1".
        (
            r"(?<![A-Za-z\d])(\d{1,2}\s?[xX×]\s?\d{1,2})(?=(?i:conv|pool|max|avg|dw|sep|dil|dec|up)[a-z]*)",
            r"\1 ",
        ),
        (r"(?i)(?<![\w])((?:de)?conv|(?:(?:max|avg)-?)?pool)/(?=\d(?![\d×x]))", r"\1 /"),
        (r"(?i)\bstride-(?=\d)", "stride "),
        (r"(?i)\b((?:conv\w*|pool\w*|dense|connected|linear)\.? layer) ?#?[1-9]$", r"\1"),
        # From so many channels to so many: "conv (64→128)".
        (r"\((\d+)\s?(?:→|->)\s?(\d+)\)", r" \1→\2"),
        # One activation or the other.
        (r"(?i)\b((?:leaky |p)?relu6?)\s?/\s?(?:leaky |p)?relu6?\b", r"\1"),
        # "2× up" makes a map twice as large.
        (r"(?i)\b(\d)\s?[x×]\s?up(?![\w-])", r"upsample \1"),
        # in_channels=3, kernel_size=(3, 3)
        (r"(?<=[a-z])_(?=[a-z]+\s*[=:])", " "),
        # "3×3 ×2", "64 ×2": a window or a width, twice.
        (r"(?<![\d×])(\d\s?[xX×]\s?\d)\s+[xX×](?=[2-9](?!\s*[\w×.]))", r"\1, ×"),
        (r"(?<=\d\d)\s+[xX×](?=[2-9](?!\s*[\w×.]))", ", ×"),
        # A letter or an asterisk between numbers is a multiplication sign: 3x3, 3 X 3, 3*3.
        (r"(?<=\d)\s*[xX*∗⋅·]\s*(?=\d)", "×"),
        (r"(?<=\d)\s+x\s+(?=[A-Za-z]\b)|(?<=\d)[*∗⋅·]\s*(?=[A-Za-z]\b)", "×"),
        (r"(?<![A-Za-z])([A-Z](?:/\w+)?)\s*[xX]\s*(?=(?:[A-Z]\b|\d))", r"\1×"),
        (r"(?<![A-Za-z])([a-z]'?(?:/\w+)?|\d+)\s+x\s+(?=[a-z]\b|\d|\()", r"\1×"),
        # OCR: 1xl, lx1, 3xI.
        (r"(?<![A-Za-z\d])([lI])\s*[x×]\s*(?=\d)", "1×"),
        (r"(?<=\d)\s*[x×]\s*[lI](?![A-Za-z\d'])", "×1"),
        # Squares: 1×7^2 is 1×7×7, stride 1, 2^2 is 1×2×2.
        (r"(?<=[×xX])\s*(\d+)\^2(?!\d)|(?<![\d^])(\d+)\^2(?=\s*[×xX])", _squared),
        (r"(?<=stride )(\d+), ?(\d+)\^2", r"\1×\2×\2"),
        # Repeats: "x3", "[...] x N", "3x [", "2x conv".
        (r"(?<![A-Za-z\d])[xX*∗]\s?(?=(?:\d+|[nN])(?![\w%]))", "×"),
        (r"(?<=[\]})])\s*[xX*∗]\s*(?=\w+\b)", " ×"),
        (r"(?<=\d)\s?[xX](?=\s*[\[({A-Za-z]\w\w)|(?<=\d)\s?[xX](?=\s*[\[({])", "×"),
        (r"(?<=\d)[*∗](?=[A-Za-z])", "×"),
        (r"\s*×\s*", "×"),
        # Szegedy et al. 2014: 7×7+2(S) is a window, its stride, and same padding.
        (r"(?<=\d×\d)\s?\+\s?(\d)\s?\(S\)", r", stride \1, same"),
        (r"(?<=\d×\d)\s?\+\s?(\d)\s?\(V\)", r", stride \1, valid"),
        # Xie et al. 2017: "256, 1×1, 128" is a window between the channels before and behind it.
        (r"^\d{1,4}, ?(\d{1,2}×\d{1,2}), ?(?=(?:\d{2,4}|[4-9])(?![\w×]))", r"\1, "),
        (r"(?<=\d) (?=groups? ?= ?\d)", ", "),
        # Dosovitskiy et al. 2020: what is projected was flattened before.
        (r"(?i)\blinear projection of flattened\b[\w ]*|\blinear embedding\b", "linear projection"),
        (r"(?i)\bhard-?\s?σ(?!\w)", "hard sigmoid"),
        (r"[ \f\v]+", " "),
    )
)


def normalise(text: str) -> str:
    """One spelling of signs and spaces: `×` for every multiplication sign, `-` for every dash.

    Letters keep their case; line breaks stay, since they separate phrases.
    """
    text = unicodedata.normalize("NFKC", text.translate(_PLAIN)).translate(_PLAIN)
    for pattern, replacement in _STEPS:
        text = pattern.sub(replacement, text)
    return text.strip()


def compact(text: str) -> str:
    """Lower-case letters and digits only, for looking words up: `Max-Pooling 2D` gives `maxpooling2d`."""
    return re.sub(r"[^a-z0-9]", "", text.lower())
