"""Terminals of `grammar/phrase.lark`: patterns from the grammar, words from the dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lark import Token
from lark.lexer import Lexer

from dlc.frontends.phrases.words import (
    LIKE_TOGETHER,
    LONGEST,
    SHORTEST_FUZZY,
    SURE,
    Meaning,
    exact,
    fuzzy,
)

_PAIRS = {"]": "[", "}": "{", ")": "("}
_WORDS = ("WORD", "RANKED", "NAMED")
_JOINTS = ("DASH", "STOP", "SLASH")  # may stand between the words of one entry: "soft-max", "conv. layer"
_CAPITALS = frozenset({"in", "hs", "ip", "id", "st", "mp", "ap"})  # entries only when written in capitals


class PhraseLexer(Lexer):
    """Cuts normalised text into terminals; unmatched brackets become OTHER, so that groups always close."""

    def __init__(self, lexer_conf: Any) -> None:
        terminals = sorted(lexer_conf.terminals, key=lambda t: -t.priority)
        patterns = [f"(?P<{t.name}>{t.pattern.to_regexp()})" for t in terminals]
        self._pattern = re.compile("|".join(patterns))

    def lex(self, text: str) -> Iterator[Token]:  # type: ignore[override]
        raw = [Token(m.lastgroup or "OTHER", m.group(), m.start(), end_pos=m.end()) for m in self._scan(text)]
        return iter(_joined(_look_up(_balanced(raw), text)))

    def _scan(self, text: str) -> Iterator[re.Match[str]]:
        position = 0
        while position < len(text):
            match = self._pattern.match(text, position)
            if match is None or match.end() == position:
                position += 1
                continue
            yield match
            position = match.end()


def _balanced(tokens: Sequence[Token]) -> list[Token]:
    result = list(tokens)
    opened: list[int] = []
    for index, token in enumerate(tokens):
        if token.type == "OPEN":
            opened.append(index)
        elif token.type == "CLOSE":
            if opened and tokens[opened[-1]] == _PAIRS[token]:
                opened.pop()
            else:
                result[index] = token.update(type="OTHER")
    for index in opened:
        result[index] = tokens[index].update(type="OTHER")
    return result


def _look_up(tokens: list[Token], text: str) -> list[Token]:
    result: list[Token] = []
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.type not in _WORDS:
            result.append(token)
            index += 1
            continue
        merged, used = _entry(tokens, index, text)
        result += [merged] if merged.type not in _WORDS else _compound(token)
        index += used
    return result


def _compound(token: Token) -> list[Token]:
    """The operations that a word such as "ConvBNReLU" is made of, or the word itself."""
    parts = list(re.finditer(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", token))
    found: list[Token] = []
    while parts:
        taken = next((n for n in range(len(parts), 0, -1) if _operation(token, parts[:n])), 0)
        if not taken or token.type != "WORD":
            return [token]
        word = token[parts[0].start() : parts[taken - 1].end()]
        start = (token.start_pos or 0) + parts[0].start()
        made = Token("OPERATION", word, start, end_pos=start + len(word))
        made.value = (_operation(token, parts[:taken]), SURE, word)
        found.append(made)
        parts = parts[taken:]
    return found or [token]


def _operation(word: str, parts: Sequence[re.Match[str]]) -> str | None:
    meaning = exact(word[parts[0].start() : parts[-1].end()])
    return meaning.value if meaning is not None and meaning.terminal == "OPERATION" else None


def _joined(tokens: Sequence[Token]) -> list[Token]:
    """Without the dash of "4096-d"."""
    types = [t.type for t in tokens]
    return [
        token
        for index, token in enumerate(tokens)
        if not (token.type == "DASH" and types[index - 1 : index + 2 : 2] == ["NUMBER", "COUNTED"])
    ]


def _entry(tokens: Sequence[Token], index: int, text: str) -> tuple[Token, int]:
    """The longest dictionary entry that starts at `index`, or the token itself."""
    for span in _spans(tokens, index):
        words = [t for t in tokens[index:span] if t.type in _WORDS]
        meaning = _meaning(words, any(t.type == "SLASH" for t in tokens[index:span]))
        if meaning is not None:
            return _as_token(tokens[index], tokens[span - 1], text, meaning), span - index
    return tokens[index], 1


def _spans(tokens: Sequence[Token], index: int) -> list[int]:
    """Ends of the stretches of up to LONGEST words from `index`, longest first."""
    ends, words, position = [], 0, index
    while position < len(tokens) and words < LONGEST:
        if tokens[position].type in _WORDS:
            words += 1
            ends.append(position + 1)
        elif tokens[position].type not in _JOINTS:
            break
        position += 1
    return ends[::-1]


def _meaning(words: Sequence[Token], slashed: bool) -> Meaning | None:
    """What words mean together; `slashed` ones, as in "conv/BN", are likely several."""
    text = " ".join(words)
    if len(words) == 1 and text.lower() in _CAPITALS:
        return exact(text) if text.isupper() else (Meaning("FILLER", text) if text == "in" else None)
    found = exact(text)
    if found is None and len(words) == 1 and words[0].type != "NAMED":
        found = fuzzy(text)
    if found is None and len(words) > 1 and not slashed and len(text) > 2 * SHORTEST_FUZZY:
        found = fuzzy(text, LIKE_TOGETHER)
    return found


def _as_token(first: Token, last: Token, text: str, meaning: Meaning) -> Token:
    written = text[first.start_pos or 0 : last.end_pos or 0]
    made = Token(meaning.terminal, written, first.start_pos, end_pos=last.end_pos)
    made.value = (meaning.value, meaning.confidence, written)
    return made
