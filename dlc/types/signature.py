"""Kind signatures of layers, read from the names of the productions in `grammar/dlnet.lark`.

A production is called `<takes>__<gives>`: kinds joined by `_or_`; `tensor` is any kind but ids, `any` is
every kind; a plural (`tensors`, `sequences`) takes several inputs; `same` gives what was taken. Table 1 of
DLPaper2Code (AAAI 2018) follows from these names alone.
"""

from __future__ import annotations

import functools
import re
from importlib import resources

import attrs

from dlc.types.kinds import Kind

TENSORS = frozenset(Kind) - {Kind.IDS}
_GROUPS = {"tensor": TENSORS, "any": frozenset(Kind)} | {k.value: frozenset({k}) for k in Kind}
_SEVERAL = {word + "s": kinds for word, kinds in _GROUPS.items() if word != Kind.IDS.value}
_RULE = re.compile(r"^\??([a-z_]+__[a-z_]+)\s*:((?:.|\n[ \t])*)", re.MULTILINE)
_TERMINAL = re.compile(r'^([A-Z][A-Z0-9_]*)(?:\.\d+)?\s*:\s*"([a-z0-9_]+)"', re.MULTILINE)


@attrs.frozen
class Signature:
    """Which kinds a layer takes, one input or several, and which it may give (None: what it took)."""

    production: str
    takes: frozenset[Kind]
    gives: frozenset[Kind] | None
    several: bool = False

    def results(self, taken: Kind) -> frozenset[Kind]:
        """The kinds that may come out when `taken` goes in; empty when it is not taken."""
        if taken not in self.takes:
            return frozenset()
        return frozenset({taken}) if self.gives is None else self.gives


def parse_production(name: str) -> Signature:
    """The signature that a production's name spells."""
    takes, gives = name.split("__")
    several = any(word in _SEVERAL for word in takes.split("_or_"))
    return Signature(name, _kinds(takes), None if gives == "same" else _kinds(gives), several)


def _kinds(words: str) -> frozenset[Kind]:
    return frozenset().union(*((_GROUPS | _SEVERAL)[word] for word in words.split("_or_")))


@functools.cache
def signatures() -> dict[str, Signature]:
    """The signature of every layer, by the layer's name in the language."""
    text = (resources.files("dlc") / "grammar" / "dlnet.lark").read_text(encoding="utf-8")
    text = re.sub(r"//[^\n]*", "", text)
    words = dict(_TERMINAL.findall(text))
    found: dict[str, Signature] = {}
    for production, body in _RULE.findall(text):
        for terminal in re.findall(r"\b[A-Z][A-Z0-9_]*\b", body):
            if terminal in words:
                found[words[terminal]] = parse_production(production)
    return found
