"""From protobuf text to messages, by `grammar/prototxt.lark`."""

from __future__ import annotations

import codecs
import functools
import re
from importlib import resources
from typing import Any

import attrs
from lark import Lark, Token, Transformer
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from dlc.diagnostics import Diagnostic, DlcError, Fix, Note, TextSpan, codes
from dlc.frontends.prototxt.message import Field, Message, Word

LONGEST = 8 * 2**20  # characters; a network of 10,000 layers has about two million
DEEPEST = 64  # messages inside messages; Caffe's own have six


def parse(text: str, file: str | None = None) -> Message:
    """The message that a text stands for; raises DlcError at the first place that is none."""
    if len(text) > LONGEST:
        message = f"{len(text) / 2**20:.0f} million characters are more than a network file has"
        raise DlcError(Diagnostic(codes.TOO_LARGE, message, TextSpan(1, 1, 1, 1, file)))
    _check_depth(text, file)
    try:
        made: Any = _parser().parse(text)
    except UnexpectedInput as error:
        raise DlcError(_finding(error, text, file)) from None
    return Message(tuple(made), 1)


@functools.cache
def _parser() -> Lark:
    grammar = (resources.files("dlc") / "grammar" / "prototxt.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="basic", transformer=_Messages(), maybe_placeholders=False)


class _Messages(Transformer[Token, Any]):
    """Builds fields while parsing, so that no tree of a large file is kept."""

    def start(self, parts: list[Any]) -> list[Field]:
        return list(parts[0])

    def fields(self, _: list[Any]) -> list[Field]:
        return []

    def fields_more(self, parts: list[Any]) -> list[Field]:
        made: list[Field] = parts[0]
        made += parts[1]
        return made

    def fields_same(self, parts: list[Any]) -> list[Field]:
        return parts[0]  # type: ignore[no-any-return]

    def scalar(self, parts: list[Any]) -> list[Field]:
        token: Token = parts[0]
        name, _, written = token.partition(":")
        return [
            Field(name.strip(" \t[]"), _value(written.strip(" \t\r\n,;")), token.line or 0, token.column or 0)
        ]

    def scalar_more(self, parts: list[Any]) -> list[Field]:
        (field,) = self.scalar(parts[:1])
        return [attrs.evolve(field, value=str(field.value) + str(parts[1]))]

    def nested(self, parts: list[Any]) -> list[Field]:
        opened: Token = parts[0]
        name = opened.rstrip(" \t\r\n{<").rstrip(" \t:").strip("[]")
        line = opened.line or 0
        return [Field(name, Message(tuple(parts[1]), line), line, opened.column or 0)]

    def several(self, parts: list[Any]) -> list[Field]:
        opened: Token = parts[0]
        name = opened.rstrip("[").rstrip().rstrip(":").rstrip()
        values = parts[1] if len(parts) > 1 and isinstance(parts[1], list) else []
        return [Field(name, value, opened.line or 0, opened.column or 0) for value in values]

    def piecewise(self, parts: list[Any]) -> list[Field]:
        name: Token = parts[0]
        return [Field(str(name), parts[-1], name.line or 0, name.column or 0)]

    def message(self, parts: list[Any]) -> Message:
        fields: list[Field] = next(p for p in parts if isinstance(p, list))
        return Message(tuple(fields), fields[0].line if fields else 0)

    def items(self, parts: list[Any]) -> list[Any]:
        return [parts[0]]

    def items_more(self, parts: list[Any]) -> list[Any]:
        return [*parts[0], parts[-1]]

    def item(self, parts: list[Any]) -> Any:
        return parts[0]

    def number(self, parts: list[Any]) -> int | float:
        return _number(str(parts[0]))

    def word(self, parts: list[Any]) -> Any:
        return _word(str(parts[0]))

    def negative(self, parts: list[Any]) -> Any:
        return _value(f"-{parts[-1]}")

    def value(self, parts: list[Any]) -> Any:
        return parts[0]

    def text(self, parts: list[Any]) -> str:
        return _unquoted(str(parts[0]))

    def text_more(self, parts: list[Any]) -> str:
        return str(parts[0]) + _unquoted(str(parts[1]))

    def name(self, parts: list[Any]) -> Token:
        found: Token = parts[0]
        return found


def _value(written: str) -> Any:
    """The value of a scalar as it is written."""
    first = written[0]
    if first in "\"'":
        return _unquoted(written)
    if first.isdigit() or first in "+." or (first == "-" and not written[1:2].isalpha()):
        return _number(written)
    if first == "-":
        word = _word(written[1:])
        return -word if isinstance(word, float) else Word(written)
    return _word(written)


def _number(text: str) -> int | float:
    plain = text.rstrip("fF") if not text.lower().lstrip("+-").startswith("0x") else text
    try:
        return int(plain, 0) if not re.fullmatch(r"[-+]?0\d+", plain) else int(plain, 8)
    except ValueError:
        return float(plain)


def _word(text: str) -> Any:
    if text in ("true", "True", "t"):
        return True
    if text in ("false", "False", "f"):
        return False
    return float(text) if text.lower() in ("inf", "infinity", "nan") else Word(text)


def _unquoted(quoted: str) -> str:
    inner = quoted[1:-1]
    if "\\" not in inner:
        return inner
    return codecs.decode(inner.encode("latin-1", "backslashreplace"), "unicode_escape")


#: Braces, and the comments and strings in which they mean nothing.
_SIGNS = re.compile(r"#[^\n]*|\"[^\"\\\n]*(?:\\.[^\"\\\n]*)*\"|'[^'\\\n]*(?:\\.[^'\\\n]*)*'|[{}<>]")


def _check_depth(text: str, file: str | None) -> None:
    """Raise DlcError for a file whose braces nest deeper than any network's."""
    depth = 0
    for match in _SIGNS.finditer(text):
        sign = match.group()
        depth += (sign in "{<") - (sign in "}>")
        if depth > DEEPEST:
            line = text.count("\n", 0, match.start()) + 1
            message = f"messages are nested more than {DEEPEST} deep"
            raise DlcError(Diagnostic(codes.PROTOTXT_MALFORMED, message, TextSpan(line, 1, line, 1, file)))


def _finding(error: UnexpectedInput, text: str, file: str | None) -> Diagnostic:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token = error.token
        line, column = token.line or 1, token.column or 1
        message = f"{str(token)!r} has no meaning here: expected {_expected(error)}"
        return Diagnostic(
            codes.PROTOTXT_MALFORMED, message, TextSpan(line, column, line, column + len(token), file)
        )
    if isinstance(error, UnexpectedCharacters):
        line, column = error.line, error.column
        message = f"character {text[error.pos_in_stream or 0]!r} has no meaning here"
        return Diagnostic(codes.PROTOTXT_MALFORMED, message, TextSpan(line, column, line, column + 1, file))
    if isinstance(error, UnexpectedEOF | UnexpectedToken):
        return _unclosed(text, file)
    return Diagnostic(codes.PROTOTXT_MALFORMED, str(error).splitlines()[0], TextSpan(1, 1, 1, 1, file))


def _expected(error: UnexpectedToken) -> str:
    words = {
        "SCALAR": "a field",
        "OPEN": "a message",
        "LIST": "a list",
        "NAME": "a field's name",
        "NUMBER": "a number",
        "STRING": "a text",
        "$END": "the end of the file",
    }
    signs = {"COLON": ":", "LBRACE": "{", "RBRACE": "}", "LESS": "<", "MORE": ">", "COMMA": ",", "RSQB": "]"}
    found = [words.get(t) or signs.get(t, "") for t in sorted(error.expected)]
    return " or ".join(dict.fromkeys(f for f in found if f)) or "something else"


def _unclosed(text: str, file: str | None) -> Diagnostic:
    """The file ends inside a message: name the one that is still open."""
    opened: list[int] = []
    for match in _SIGNS.finditer(text):
        if match.group() in "{<":
            opened.append(match.start())
        elif match.group() in "}>" and opened:
            opened.pop()
    last = text.count("\n") + 1
    notes: tuple[Note, ...] = ()
    line = last
    if opened:
        line = text.count("\n", 0, opened[-1]) + 1
        notes = (Note(f"the file ends on line {last}"),)
    message = "the message that begins here is not closed" if opened else "the file ends inside a field"
    fix = Fix("close it with }; the file may be cut off")
    return Diagnostic(
        codes.PROTOTXT_MALFORMED, message, TextSpan(line, 1, line, 1, file), notes=notes, fix=fix
    )
