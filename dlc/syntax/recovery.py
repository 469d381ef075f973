"""What happens at a syntax error: it is explained, and reading goes on as near by as it safely can.

A sure slip (a missing comma) is mended in the token stream; otherwise the statement is given up and the
next one is read. So one run reports the errors of a whole file.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from dlc.diagnostics import Code, Diagnostic, Fix, Note, codes
from dlc.layers import REGISTRY, nearest
from dlc.syntax import tree
from dlc.syntax.actions import UNREAD, Actions
from dlc.syntax.lalr import Machine, Unexpected
from dlc.syntax.places import Places
from dlc.syntax.slips import Slip, explain, other_language
from dlc.syntax.tables import END, UNCLOSED
from dlc.types import Kind

MOST_ERRORS = 1000

_NAME = r'(?:[A-Za-z_][\w.]*|"[^"\n]*")'
_STATEMENT = re.compile(
    rf"[^\S\n]*(?:{_NAME}\s*(?::[^=\n]*)?=\s*(?:input\s|opaque\s|\(|{_NAME}\s*(?:\(|\|>))|output\s+{_NAME}|\}}"
    rf"|(?:net|block)\s+{_NAME})"
)
_NAMED = re.compile(rf"[^\S\n]*{_NAME}\s*[:=](?!=)|[^\S\n]*output\b")
_HEADER = re.compile(rf"(?:net|block)\s+({_NAME})\s*[({{@]")
_NEXT_ITEM = re.compile(r"^[^\S\n]*(?:net|block)\b", re.MULTILINE)
_DEFINES = re.compile(rf"(?:(?:let|var|const)\s+)?({_NAME})\s*[:=]")
_BRACKETS = re.compile(r'"[^"\n]*"?|#[^\n]*|[()\[\]{}\n]')
_PAIRS = {"(": ("RPAR", ")"), "[": ("RSQB", "]")}
_VALUE = re.compile(r"-?\s*[\w.]+|\([^()\n]*\)|\?")
_WORD_END, _WORD_START = re.compile(r"\w*"), re.compile(r"\w*$")
_ARROW = re.compile(r"[-=|>→]+")
_CALLED = re.compile(r"([A-Za-z_]\w*)\s*$")
_KINDS = tuple(kind.value for kind in Kind)
_ADVICE = {
    ";": "leave it out: a statement ends with its line",
    "'": 'write strings in double quotes: "..."',
    "“": 'write strings in double quotes: "..."',
    "‘": 'write strings in double quotes: "..."',
    "/": "write // for a division",
    "|": "write |> between the links of a chain",
}
_KEYWORDS = ("output", "input", "net", "block", "network")
_SIGNS = {
    "EQUAL": "=", "COLON": ":", "COMMA": ",", "LPAR": "(", "RPAR": ")", "LSQB": "[", "RSQB": "]",
    "LBRACE": "{", "RBRACE": "}", "AT": "@", "PIPE": "|>", "HOLE": "?",
    "NAME": "a name", "STRING": "a string", "INT": "a number", "FLOAT": "a number", "_NEWLINE": "a new line",
    END: "the end of the text",
}  # fmt: skip


class Recovery:
    """Deals with the errors of one text; `report` takes each finding."""

    def __init__(
        self, machine: Machine, actions: Actions, places: Places, report: Callable[[Diagnostic], None]
    ) -> None:
        self._machine = machine
        self._actions = actions
        self._places = places
        self._report = report
        self._errors = 0
        self._last = (-1, -1)
        self._doubtful_line = -1
        self._equal_inserted = -1  # the statement that lacked its =

    def recover(self, found: Unexpected) -> bool:
        """Explain an error and put the machine where it can go on; False where that makes no sense."""
        self._errors += 1
        if self._errors > MOST_ERRORS:
            message = f"more than {MOST_ERRORS} errors: the rest is not shown"
            self._error(codes.TOO_MANY_ERRORS, message, found.start, found.end)
            return False
        here = (found.start, found.state)
        stuck, self._last = here == self._last, here
        if not stuck and self._mend(found):
            return True
        return self._skip(found)

    # Explaining and mending.

    def _mend(self, found: Unexpected) -> bool:
        """Report the error; True where it was mended and reading can go on from the machine's position."""
        if self._line(found.start) == self._doubtful_line:
            return False
        if self._depth("statement") is None:
            return self._mend_item(found)
        start = self._statement_start(found)
        return self._unclosed(found, start) or self._explained(found, start)

    def _explained(self, found: Unexpected, start: int) -> bool:
        first = self._word_at(start)
        if found.kind == UNCLOSED:
            self._error(
                codes.STRING_NOT_CLOSED, 'a string ends on its line: " is missing', found.start, found.end
            )
            return False
        if found.kind in ("NAME", "STRING") and self._machine.last_end == start + len(first):
            return self._two_words(found, start, first)
        return self._misspelt_input(found) or self._slip(found)

    def _misspelt_input(self, found: Unexpected) -> bool:
        """Whether a type comes after a word that is nearly `input`; reading then goes on behind that word."""
        if found.text not in _KINDS or not self._machine.starts:
            return False
        before = self._machine.starts[-1]
        word = self._word_at(before)
        if word == "input" or nearest(word, ("input",)) is None:
            return False
        self._misspelt(word, "input", before)
        self._machine.unwind(len(self._machine.starts) - 1)
        return self._machine.feed("INPUT", UNREAD, before, before + len(word))

    def _misspelt(self, word: str, like: str, start: int) -> None:
        span = self._places.span(start, start + len(word))
        message, fix = f"{word} is no word of the language", Fix(f"did you mean {like}?", like, span)
        self._report(Diagnostic(codes.KEYWORD_MISSPELT, message, span, fix=fix))

    def _slip(self, found: Unexpected) -> bool:
        slip = explain(found)
        if slip is not None:
            return self._apply(slip, found)
        if found.kind == found.text:
            return self._strange(found)
        self._unexpected(found)
        return False

    def _strange(self, found: Unexpected) -> bool:
        """A character of no meaning is passed over, and no more is said about its line."""
        text, start, end = self._machine.text, found.start, found.end
        advice = _ADVICE.get(found.text)
        message = f"{found.text!r} means nothing here"
        if found.text.isalpha():
            line = text.rfind("\n", 0, start) + 1
            start, end = _start(_WORD_START, text, line, start), _end(_WORD_END, text, start)
            message = f"{text[start:end]} has letters that only a name in quotes may have"
            advice = f'write "{text[start:end]}"'
        self._error(codes.STRANGE_CHARACTER, message, start, end, Fix(advice) if advice else None)
        self._doubtful_line = self._line(found.start)
        self._machine.position = found.end
        return True

    def _apply(self, slip: Slip, found: Unexpected) -> bool:
        """Report a slip; True where it was mended in the token stream."""
        start, before = self._statement_start(found), self._machine.last_end
        if slip.code is codes.ALIAS and start == self._equal_inserted:
            return False
        if slip.insert == "EQUAL":
            self._equal_inserted = start
        self._tell(slip, found)
        if slip.code is codes.COMMENT_SIGN:
            self._machine.position = self._machine.text.index("\n", found.start)
            return True
        if slip.insert is not None and not self._machine.feed(slip.insert, UNREAD, before, before):
            return False
        if slip.replace:
            self._machine.position = self._sign_end(found)
        return slip.insert is not None or slip.replace

    def _tell(self, slip: Slip, found: Unexpected) -> None:
        words = {"found": _shown(found), "attribute": self._attribute(found)}
        last, before = self._machine.starts[-1:] or [found.start], self._machine.last_end
        end = self._sign_end(found) if slip.replace else found.end
        if slip.code is codes.POSITIONAL_ATTRIBUTE:
            end = max(end, _end(_VALUE, self._machine.text, found.start))
            words["found"] = self._machine.text[found.start : end]
        start = found.start if slip.place == "found" else last[0]
        fix = None
        if slip.remedy is not None:
            place = (found.start, end) if slip.replace else (before, before)
            fix = Fix(slip.remedy.format(**words), slip.text, self._places.span(*place))
        end = before if slip.place == "last" else end
        self._error(slip.code, slip.message.format(**words), start, end, fix)

    def _attribute(self, found: Unexpected) -> str:
        """An attribute that the layer whose arguments are being read has; `units` where that is not known."""
        text = self._machine.text
        opened = self._open_bracket(self._statement_start(found), found.start)
        called = _CALLED.search(text, 0, opened) if opened is not None else None
        made = REGISTRY.get(called[1]) if called is not None else None
        return made.table[0].name if made is not None and made.table else "units"

    def _sign_end(self, found: Unexpected) -> int:
        """Where a wrong sign ends that was read as several tokens, such as `->`."""
        return max(found.end, _end(_ARROW, self._machine.text, found.start))

    def _two_words(self, found: Unexpected, start: int, first: str) -> bool:
        """A statement of two words: a net before is not closed, another language, a misspelt word."""
        if _HEADER.match(self._machine.text, start):
            return self._close_body(start, start + len(first))
        like = nearest(first, _KEYWORDS)
        remedy = other_language(first)
        if remedy is not None:
            message = f"{first} is no word of the language"
            self._error(codes.OTHER_LANGUAGE, message, start, start + len(first), Fix(remedy))
        elif like is not None:
            self._misspelt(first, like, start)
        else:
            return self._slip(found)
        return False

    def _unclosed(self, found: Unexpected, start: int) -> bool:
        """Whether something was left open before the line of `found`, and reading goes on there."""
        text = self._machine.text
        line = text.rfind("\n", 0, found.start) + 1
        if found.kind == END:
            opened = self._open_bracket(start, found.start)
            return (
                self._close_body(found.start, found.end)
                if opened is None
                else self._bracket(opened, start, line)
            )
        if start >= line:
            return False
        opened = self._open_bracket(start, line)
        if not (_NAMED if opened is None else _STATEMENT).match(text, line):
            return False
        return self._incomplete(start, line) if opened is None else self._bracket(opened, start, line)

    def _bracket(self, opened: int, start: int, line: int) -> bool:
        """The bracket at `opened` is closed where the line before `line` ends, or the statement given up."""
        terminal, sign = _PAIRS[self._machine.text[opened]]
        end = self._machine.last_end
        fix = Fix(f"insert {sign} at the end of the line", sign, self._places.span(end, end))
        message = f"{self._machine.text[opened]} is not closed"
        self._error(codes.BRACKET_NOT_CLOSED, message, opened, opened + 1, fix)
        if end <= line and self._machine.feed(terminal, UNREAD, end, end):
            self._machine.position = end
        else:
            self._give_up(start, line)
        return True

    def _incomplete(self, start: int, line: int) -> bool:
        """The statement at `start` lacks its end, and was read on into the next one at `line`."""
        text = self._machine.text[start:line].rstrip()
        alone = Machine(f"net n {{\n{text}\n}}", {}).run()
        slip = explain(alone) if alone is not None else None
        if slip is None:
            return False
        end = start + len(text)
        message, remedy = slip.message.format(found="the end of the line"), slip.remedy
        self._error(slip.code, message, end, end, Fix(remedy.format(found="")) if remedy else None)
        self._give_up(start, line)
        return True

    def _close_body(self, start: int, end: int) -> bool:
        """Close the net or block that is open: another one, or the end of the text, comes at `start`."""
        depth = self._depth("net") or 0
        name = self._header_name(depth)
        where = "the text ends" if start == end else "the next one begins"
        fix = Fix("insert } before this", "}\n", self._places.span(start, start))
        note = Note(
            f"{name} begins here", self._places.span(self._machine.starts[depth], self._machine.starts[depth])
        )
        message = f"{name} is not closed: }} is missing where {where}"
        span = self._places.span(start, end)
        self._report(Diagnostic(codes.BRACE_NOT_CLOSED, message, span, notes=(note,), fix=fix))
        body = self._depth("statement")
        if body is not None:
            self._machine.unwind(body)
        self._machine.position = start
        return self._machine.feed("RBRACE", UNREAD, start, start)

    # Between nets, and in their headers.

    def _mend_item(self, found: Unexpected) -> bool:
        depth = self._depth("net") or 0
        in_header = depth < len(self._machine.starts)
        if found.kind == UNCLOSED:
            self._error(
                codes.STRING_NOT_CLOSED, 'a string ends on its line: " is missing', found.start, found.end
            )
        elif (in_header or not self._foreign(found)) and self._slip(found):
            return True
        return in_header and self._enter_body(depth)

    def _foreign(self, found: Unexpected) -> bool:
        like = nearest(found.text, ("net", "block", "network"))
        remedy = other_language(found.text)
        if found.kind != "NAME" or (remedy is None and like is None):
            return False
        if remedy is not None:
            message = f"{found.text} is no word of the language"
            self._error(codes.OTHER_LANGUAGE, message, found.start, found.end, Fix(remedy))
        elif like is not None:
            self._misspelt(found.text, "net" if like == "network" else like, found.start)
        return True

    def _enter_body(self, depth: int) -> bool:
        """Go on in the body of a net or block whose header could not be read."""
        text, start = self._machine.text, self._machine.starts[depth]
        opened = text.find("{", start)
        if opened < 0 or text.count("\n", start, opened) > 1:
            return False
        match = re.compile(r'(net|block)\s*("[^"\n]*"|[^\s({@]*)').match(text, start)
        word = match[1] if match else "net"
        name = tree.Word(match[2].strip('"') if match else "", start, start + len(word))
        self._machine.unwind(depth)
        tokens = [("NET", UNREAD), ("NAME", name)] if word == "net" else _block_header(name)
        self._machine.position = opened
        return all(self._machine.feed(kind, value, start, opened) for kind, value in tokens)

    # Giving a statement up.

    def _skip(self, found: Unexpected) -> bool:
        if found.kind == END:
            return self._depth("statement") is not None and self._close_silently(found.start)
        if self._depth("statement") is None:
            return self._skip_to_item(found)
        start = self._statement_start(found)
        self._give_up(start, self._resume(start, found))
        return True

    def _close_silently(self, end: int) -> bool:
        body = self._depth("statement")
        if body is None:
            return False
        self._machine.unwind(body)
        return self._machine.feed("RBRACE", UNREAD, end, end)

    def _skip_to_item(self, found: Unexpected) -> bool:
        self._machine.unwind(self._depth("net") or 0)
        following = _NEXT_ITEM.search(self._machine.text, found.end)
        self._machine.position = following.start() if following else len(self._machine.text)
        return True

    def _give_up(self, start: int, resume: int) -> None:
        """Drop the statement at `start`, note what it would have defined, and read on at `resume`."""
        depth = self._depth("statement") or 0
        self._machine.unwind(depth)
        defines = _DEFINES.match(self._machine.text, start)
        name = None
        if defines:
            name = tree.Word(defines[1].strip('"'), *defines.span(1), quoted=defines[1].startswith('"'))
        is_output = name is None and nearest(self._word_at(start), _KEYWORDS) == "output"
        lines = self._machine.values[depth - 1]
        if isinstance(lines, list):
            lines.append(self._actions.statement(tree.BrokenLine(name, start, resume, is_output)))
        self._machine.position = resume

    def _resume(self, start: int, found: Unexpected) -> int:
        """Where reading goes on: at the end of the line or of the brackets that were open, or at a brace."""
        text = self._machine.text
        depth = text.count("(", start, found.start) - text.count(")", start, found.start)
        for match in _BRACKETS.finditer(text, found.start):
            sign = match[0]
            if sign == "\n" and (depth <= 0 or _STATEMENT.match(text, match.end())):
                return match.start()
            if sign == "}" and match.start() > found.start:
                return match.start()
            depth += {"(": 1, ")": -1}.get(sign, 0)
        return len(text)

    # Looking at the stack and the text.

    def _depth(self, symbol: str) -> int | None:
        """How deep in the stack the nearest state lies in which `symbol` may begin."""
        states = self._machine.states
        return next((i for i in range(len(states) - 1, -1, -1) if self._machine.accepts(symbol, i)), None)

    def _statement_start(self, found: Unexpected) -> int:
        depth = self._depth("statement") or 0
        starts = self._machine.starts
        return starts[depth] if depth < len(starts) else found.start

    def _header_name(self, depth: int) -> str:
        match = _HEADER.match(self._machine.text, self._machine.starts[depth])
        return match[0][:-1].strip() if match else "the net"

    def _word_at(self, start: int) -> str:
        match = re.compile(r"[A-Za-z_]\w*").match(self._machine.text, start)
        return match[0] if match else ""

    def _open_bracket(self, start: int, end: int) -> int | None:
        """The innermost bracket that is open at `end`."""
        opened: list[int] = []
        for match in _BRACKETS.finditer(self._machine.text, start, end):
            if match[0] in _PAIRS:
                opened.append(match.start())
            elif match[0] in ")]" and opened:
                opened.pop()
        return opened[-1] if opened else None

    def _line(self, offset: int) -> int:
        return self._places.span(offset, offset).line

    # Reporting.

    def _unexpected(self, found: Unexpected) -> None:
        names = dict.fromkeys(_SIGNS[s] for s in self._machine.expected() if s in _SIGNS)
        names.update(
            dict.fromkeys(s.lower() for s in self._machine.expected() if s in ("OUTPUT", "NET", "BLOCK"))
        )
        wanted = f"; expected {', '.join(sorted(names))}" if 0 < len(names) < 12 else ""
        self._error(codes.SYNTAX, f"unexpected {_shown(found)}{wanted}", found.start, found.end)

    def _error(self, code: Code, message: str, start: int, end: int, fix: Fix | None = None) -> None:
        self._report(Diagnostic(code, message, self._places.span(start, end), fix=fix))


def _block_header(name: tree.Word) -> list[tuple[str, object]]:
    return [("BLOCK", UNREAD), ("NAME", name), ("LPAR", UNREAD), ("RPAR", UNREAD)]


def _start(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    """Where a pattern is first found in a part of a text, else at its end."""
    match = pattern.search(text, start, end)
    return match.start() if match else end


def _end(pattern: re.Pattern[str], text: str, start: int) -> int:
    """Where a pattern ends that matches at `start`, else `start`."""
    match = pattern.match(text, start)
    return match.end() if match else start


def _shown(found: Unexpected) -> str:
    """A token in a message."""
    text = found.text.strip()
    if found.kind == END:
        return "the end of the text"
    if found.kind == "_NEWLINE":
        return "the end of the line"
    return "|>" if found.kind == "PIPE" else text if len(text) <= 40 else text[:37] + "..."
