"""What a header says: its words looked up in a fuzzy dictionary."""

from __future__ import annotations

import functools
import re

from rapidfuzz import fuzz, process

from dlc.frontends.phrases.normal import compact, normalise
from dlc.frontends.table.design.header_words import WORDS
from dlc.frontends.table.design.roles import Branch, Header, Role

_ENTRIES: dict[str, Role] = {word: role for role, words in WORDS.items() for word in words.split()}
_SINGLE_WORDS = {word for word in _ENTRIES if len(word) >= 4}
_LIKE = 90.0
_LONG = 6  # letters in brackets that may be a header of their own
_BRANCH = re.compile(
    r"#?\s*(?P<double>double|dbl)?\s*#?\s*(?P<kernel>\d)×\d\s*(?P<reduces>red\w*|reduction|proj\w*|squeeze|,?\s*r\b)?"
    r"(?:\s*\(\w\))?"
)
_FIRE = re.compile(r"(?:[se]\d×\d\s*)?\(?\s*#?\s*(?P<kernel>\d)×\d\s*(?P<part>squeeze|expand)\s*\)?")
_POOL_BRANCH = re.compile(r"(?:#\s*)?pool(?:ing)?\s*[+/&-]?\s*proj\w*(?:\s*\(\w\))?|proj\w*")
# Words that may stand around a header's entry without changing it.
_NOISE = """
    of the number num no conv size spatial total per each and in on for layer
"""


@functools.lru_cache(maxsize=2048)
def header(text: str) -> Header:
    """The meaning of a header cell; UNKNOWN where the dictionary has nothing like it."""
    normal = _without_symbols(normalise(text)).lower()
    branch = _branch(normal)
    if branch is not None:
        return Header(Role.BRANCH, text, branch)
    several = _several(normal)
    if several is not None:
        return Header(several, text)
    plain = re.sub(r"[(\[].*?[)\]]", " ", normal) if re.search(r"[(\[]", normal) else normal
    if re.search(r"\bin(?:put)?s?\s*(?:/|→|->|-|×)\s*out|\bi/o\b", normal):
        return Header(Role.IN_OUT, text)
    inner = re.search(r"[(\[](.*?)[)\]]", normal)
    found = _whole(plain, text) or _whole(normal, text)
    if found is None and inner and len(inner.group(1)) >= _LONG:
        found = _whole(inner.group(1), text)
    if found is None and not any(
        c.isdigit() for c in plain
    ):  # "18-layer", "7×7 conv, stride 2" are no headers
        found = _contained(plain, text)
    return found or Header(Role.UNKNOWN, text)


def _without_symbols(normal: str) -> str:
    """A header without the symbol that stands for its values: "Channels C_i", "Resolution H_i × W_i"."""
    plain = re.sub(
        r"(?:(?<![A-Za-z])[A-Za-z]\W?_\w+|(?<=[a-z]{4} )[A-Za-z](?![\w/]))(?:\s*×\s*(?=[A-Za-z]))?",
        "",
        normal,
    )
    return plain.strip() if re.search(r"[A-Za-z]{3}", plain) else normal


def _branch(normal: str) -> Branch | None:
    if _POOL_BRANCH.fullmatch(normal):
        return Branch(0)
    fire = _FIRE.fullmatch(normal)
    if fire is not None:
        return Branch(
            int(fire["kernel"]), reduces=fire["part"] == "squeeze", shared=fire["part"] == "squeeze"
        )
    match = _BRANCH.fullmatch(normal)
    if match is None or ("#" not in normal and not match["reduces"]):
        return None
    return Branch(int(match["kernel"]), bool(match["reduces"]), bool(match["double"]))


def _several(normal: str) -> Role | None:
    """A header such as "patch size/stride", "Type / Stride", "Filter size / stride, pad"."""
    parts = [p for p in re.split(r"\s*[/,&+]\s*|\s+and\s+", normal.strip("[]()")) if compact(p)]
    if len(parts) < 2:
        return None
    roles = [_entry(compact(p)) for p in parts]
    if _entry(compact(normal)) in (Role.IN_OUT, Role.JOINED):
        return _entry(compact(normal))
    if roles[0] in (Role.KERNEL, Role.FILTERS) and roles[1] is Role.STRIDE:
        return Role.KERNEL_STRIDE
    if roles[0] is Role.LABEL:
        return Role.LABEL
    if set(roles) == {Role.FILTERS, Role.UNITS}:
        return Role.FILTERS
    if roles[0] in (Role.FILTERS, Role.KERNEL) and None not in roles:
        return Role.CONFIG
    return None


def _whole(plain: str, text: str) -> Header | None:
    key = compact(plain)
    role = _entry(key) or _entry(re.sub(r"^(?:of|no|num|number|numberof|the)", "", key))
    if role is Role.LABEL and "#" in plain and key in ("layers", "blocks", "units"):
        role = Role.UNITS if key == "units" else Role.REPEAT
    if role is Role.KERNEL and "#" in plain and key in ("kernels", "kernel", "filter"):
        role = Role.FILTERS
    if role is Role.CONFIG and "#" in plain:
        role = Role.PARAMS
    return Header(role, text) if role is not None else None


def _entry(key: str) -> Role | None:
    if key in _ENTRIES:
        return _ENTRIES[key]
    if len(key) < 6:
        return None
    best = process.extractOne(key, _SINGLE_WORDS, scorer=fuzz.ratio, score_cutoff=_LIKE)
    return _ENTRIES[best[0]] if best else None


def _contained(plain: str, text: str) -> Header | None:
    """An entry among a header's words: "Large Feature" is filters, of the variant "Large"."""
    words = re.findall(r"[a-z]+", plain)
    if len(words) > 5:
        return None
    for length in range(min(3, len(words)), 0, -1):
        for start in range(len(words) - length + 1):
            key = "".join(words[start : start + length])
            role = _ENTRIES.get(key) if len(key) >= 4 or length > 1 else None
            if role is None or (role is Role.LABEL and length == 1 and len(words) > 2):
                continue
            rest = [w for w in words[:start] + words[start + length :] if w not in _NOISE.split()]
            return Header(role, text, rest=" ".join(rest))
    return None
