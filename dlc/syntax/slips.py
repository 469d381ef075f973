"""The commonest slips of the pen: what each looks like, how it is explained, and how reading goes on.

A slip is told by examples: the parser reads each example, and an error in the same state at the same
kind of token is the same slip (`match_examples` of Lark).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from dlc.diagnostics import Code, codes
from dlc.syntax.lalr import Machine, Unexpected

if TYPE_CHECKING:
    from lark import UnexpectedToken


@attrs.frozen
class Slip:
    """A kind of syntax error.

    `message` and `remedy` (a fix in words) may name the `{found}` text, and an `{attribute}` of the layer.
    `text` is the fix itself, put before the token, or in its place where `replace` is set; `insert` is the
    same as the parser's terminal, with which reading goes on. Without them the rest of the statement is
    skipped. `place` says what is meant: the token that was "found", what was read "last" before it, or
    "both" together.
    """

    code: Code
    message: str
    examples: tuple[str, ...] = ()
    remedy: str | None = None
    text: str | None = None
    insert: str | None = None
    replace: bool = False
    place: str = "found"


def _in_net(*lines: str) -> tuple[str, ...]:
    return tuple(f"net n {{\n{line}\n}}" for line in lines)


def _call(*arguments: str) -> tuple[str, ...]:
    heads = (
        "y = conv2d({})",
        "y = block1({})",
        'y = opaque "T"({})',
        "y = x |> conv2d({})",
        "y = x |> foo({})",
    )
    return _in_net(*(head.format(a) for a in arguments for head in heads))


_VALUES = ("1", "same", "2 * k", "k // 2", "-1", "1 + k", "1 - 2 * k")

SLIPS: tuple[Slip, ...] = (
    Slip(
        codes.COLON_FOR_EQUAL,
        "an attribute is given with =, not with :",
        _call("kernel: 3", "x, kernel: 3"),
        "write =",
        "=",
        "EQUAL",
        True,
    ),
    Slip(
        codes.EQUAL_MISSING,
        "= is missing before {found}",
        _call("kernel 3", "x, kernel 3", "x, kernel 0.5", "x, kernel ?", "x, kernel -1")
        + _in_net("y conv2d(x)", "y relu", "y input map[1, 1, 1]", "y: map[1, 1, 1] conv2d(x)", 'y "b"(x)'),
        "insert =",
        "=",
        "EQUAL",
    ),
    Slip(
        codes.NESTED_CALL,
        "a layer cannot stand inside another: give it a name of its own, or chain the two with |>",
        _call("relu(x)", "x, relu(y)", "x, kernel=1, relu(y)"),
        "write y = relu(x) first and use y here",
        place="last",
    ),
    Slip(
        codes.COMMA_MISSING,
        "a comma is missing before {found}",
        _call("x y", 'x "y"', *(f"x, a={v} {b}=3" for v in _VALUES for b in ("b", '"b"')))
        + _in_net(
            "output a b",
            'output a "b"',
            "y = input map[1 2 3]",
            "y = input map[k 2 3]",
            "y = input map[? ? 3]",
        )
        + _in_net("y = (a b) |> concat", "y = concat(x, axis=(1 2))", "y = concat(x, axis=(1, 2 3))")
        + ("block f(x y) {\n output x\n}", "block f(x, a=1 b) {\n output x\n}"),
        "insert a comma",
        ",",
        "COMMA",
    ),
    Slip(
        codes.SIZE_WITH_X,
        "a size is not written with x",
        _call("x, kernel=3x3", "x, kernel=3×3") + _in_net("y = input map[28x28x3]", "y = input map[3×3]"),
        "separate the numbers by commas, in parentheses: (3, 3)",
        place="both",
    ),
    Slip(
        codes.POSITIONAL_ATTRIBUTE,
        "{found} is given without the attribute's name: only inputs go without one",
        _call(
            *(f"{before}{v}" for before in ("", "x, ", "x, a=1, ") for v in ("1", "0.5", "?", "(1, 2)", "-1"))
        ),
        "write {attribute}={found}, or the name of the attribute that it is meant for",
    ),
    Slip(
        codes.VALUE_MISSING,
        "the value is missing before {found}",
        _call("x, kernel=", "x, kernel=, a=1", "kernel=")
        + _in_net("y =", "y = |> relu", "y = x |>", "output"),
        "write a value, or ? where it is not known",
    ),
    Slip(
        codes.ARROW_FOR_PIPE,
        "a chain is written with |>",
        _in_net(
            *(
                f"y = {h} {a} relu"
                for h in ("x", "conv2d(x)", "x |> relu", "x |> relu()", "(a, b)")
                for a in ("->", "=>", "|", ">", ">>", "→")
            )
        ),
        "write |>",
        "|>",
        "PIPE",
        True,
    ),
    Slip(
        codes.ALIAS,
        "this gives a value a second name, and does nothing else",
        _in_net(
            "y = x",
            'y = "x"',
            "y = x @ inferred",
            "y = (a, b)",
            "y: map[1, 1, 1] = x",
            "y = relu",
            "y = opaque",
        ),
        "use the value itself, or name a layer: y = relu(x)",
        place="last",
    ),
    Slip(
        codes.INPUT_TYPE,
        "a type is missing before {found}: map[height, width, channels], vector[units], "
        "sequence[steps, features], ids[steps] or volume[depth, height, width, channels]",
        _in_net(
            "y = input",
            "y = input image[1, 2, 3]",
            "y = input [1, 2, 3]",
            "y = input(1, 2, 3)",
            "y = input 28",
        )
        + _in_net("y = input map", "y = input map(1, 2, 3)", "y: image[1, 2, 3] = relu(x)", "y: 3 = relu(x)")
        + _in_net(
            "y = input @ inferred",
            'y = input "map"',
            "y: map = relu(x)",
            "y: [1, 2] = relu(x)",
            "y: = relu(x)",
        ),
    ),
    Slip(
        codes.RESULT_UNNAMED,
        "what a layer gives needs a name",
        _in_net("relu(x)", "x |> relu", "foo(x) |> relu", "(x, y) |> add"),
        "write name = layer(...)",
    ),
    Slip(
        codes.SYNTAX,
        "a new statement begins at {found}, on the line of another",
        _in_net("y = relu(x) z = relu(y)", 'y = relu(x) "z" = relu(y)')
        + _in_net("y = relu(x) @ inferred z = relu(y)", "y = input map[1, 1, 1] z = relu(y)"),
        "put it on a line of its own",
        "\n",
        "_NEWLINE",
    ),
    Slip(
        codes.SYNTAX,
        "{found} belongs behind @",
        _in_net(
            *(
                f"y = {a} {w}"
                for a in ("relu(x)", "x |> relu", "input map[1, 1, 1]")
                for w in ("confidence 1", "inferred")
            )
        ),
        "write @ {found}",
        " @",
        "AT",
    ),
    Slip(
        codes.SYNTAX,
        "after @ comes where something was read, in quotes, or confidence and a number, or inferred, or shares "
        "and a name",
        _in_net(
            "y = relu(x) @ p",
            "y = relu(x) @ 0.9",
            "y = relu(x) @",
            "y = relu(x) @ (1)",
            "y = relu(x) @ @ inferred",
            "y = relu(x) @ shares",
        )
        + _in_net('y = relu(x) @ "p.4" 0.9', "y = relu(x) @ confidence", "y = relu(x) @ confidence high"),
        'write @ "p.4 table 1" confidence 0.9',
    ),
    Slip(
        codes.SYNTAX,
        "repeat follows a value and is followed by a whole number and what is repeated",
        _in_net("y = repeat 3 relu", "y = x |> repeat", "y = x |> repeat relu", "y = x |> repeat 3")
        + _in_net("y = x |> repeat 2.5 relu", "y = x |> repeat -1 relu", 'y = x |> repeat "3" relu')
        + _in_net("y = x |> repeat 3 |> relu", "y = x |> repeat relu |> flatten"),
        "write y = x |> repeat 3 name(width=64)",
    ),
    Slip(
        codes.SYNTAX,
        "opaque is followed by the layer's name in double quotes",
        _in_net(
            "y = opaque(x)", "y = opaque T(x)", "y = x |> opaque", "y = x |> opaque T", "y = x |> opaque(a=1)"
        ),
        'write opaque "PriorBox"(x)',
    ),
    Slip(
        codes.BRACKET_MISSING,
        "{found} comes where ( should open the list of parameters",
        ("block f {\n output x\n}", "block f x, y) {\n output x\n}"),
        "write block name(x, width)",
    ),
    Slip(
        codes.BRACKET_MISSING,
        "( is missing before {found}",
        _in_net(
            "y = conv2d x, kernel=3)",
            "y = x |> dense units=3)",
            "y = foo x)",
            'y = conv2d "x")',
            'y = opaque "T" x)',
        ),
        "insert (",
        "(",
        "LPAR",
    ),
    Slip(
        codes.BRACKET_MISSING,
        "{{ is missing before {found}",
        (
            "net n\n x = input map[1, 1, 1]\n}",
            'net n\n "x" = relu(y)\n}',
            "net n\n output x\n}",
            "net n }",
            'net n @ "p.1"\n x = relu(y)\n}',
            'net n @ "p.1"\n output x\n}',
            "net n @ confidence 1\n x = relu(y)\n}",
            "net n @ inferred\n x = relu(y)\n}",
            "block f(x)\n y = relu(x)\n}",
            "block f(x)\n output x\n}",
        ),
        "insert {{ at the end of the line before",
        " {",
        "LBRACE",
    ),
    Slip(
        codes.BRACKET_MISSING,
        "{found} closes nothing",
        (
            "}",
            "net n {\n}\n}",
            "net n {\n}\n)",
            *_in_net(
                ")",
                "]",
                "output y)",
                "y = relu(x))",
                "y = relu(x)]",
                "y = x |> relu)",
                "y = input map[1, 2, 3]]",
                'y = relu(x) @ "p.1")',
            ),
        ),
        "remove {found}",
        "",
        None,
        True,
    ),
    Slip(
        codes.COMMENT_SIGN,
        "a comment begins with #",
        (
            "// text",
            "\n// text",
            "// text\nnet n {\n}",
            "net n {\n} // text",
            "/* text */",
            "-- text",
            "% text",
            "net n { // text\n}",
            *_in_net(
                "// text",
                "/* text */",
                "-- text",
                "% text",
                "output y // text",
                "y = relu(x) // text",
                "y: map[1, 1, 1] = relu(x) // text",
                "y = x |> relu // text",
                "y = x |> relu() // text",
                "y = input map[1, 1, 1] // text",
                'y = relu(x) @ "p.4" // text',
                "y = relu(x) @ inferred // text",
            ),
        ),
        "write # before the comment",
    ),
    Slip(
        codes.OTHER_LANGUAGE,
        "a file holds nets and blocks: net name {{ ... }}, block name(x) {{ ... }}",
        (
            "x = relu(y)",
            "output x",
            "import x",
            "net n {\n}\nx = relu(y)",
            "net n {\n}\noutput y",
            'net n {\n}\n"x" = relu(y)',
            '"x" = relu(y)',
            "x: map[1, 1, 1] = relu(y)",
            "def f(x):",
            "relu(x)",
            "x |> relu",
            "3",
        ),
    ),
)

_FIRST_WORDS: Mapping[str, str] = {
    "def": "a block is written block name(x, width) { ... }",
    "class": "a net is written net name { ... }",
    "function": "a block is written block name(x, width) { ... }",
    "import": "nothing needs to be imported: the layers are part of the language",
    "from": "nothing needs to be imported: the layers are part of the language",
    "return": "a result is named by output: output name",
    "let": "a statement begins with the name of its value: name = layer(...)",
    "var": "a statement begins with the name of its value: name = layer(...)",
    "const": "a statement begins with the name of its value: name = layer(...)",
    "for": "what is repeated is written x |> repeat 3 name(width=64)",
    "if": "a net has no conditions: write one net for each case",
}


def other_language(word: str) -> str | None:
    """What to write instead of a statement of another language that begins with `word`."""
    return _FIRST_WORDS.get(word)


def explain(found: Unexpected) -> Slip | None:
    """The slip whose example fails in the same state at the same kind of token."""
    failures = _failures()
    alike = [(slip, [e for e in slip.examples if _same(failures[e], found)]) for slip in SLIPS]
    alike = [(slip, examples) for slip, examples in alike if examples]
    if not alike:
        return None

    def read(example: str) -> Any:
        raise _error(failures[example])

    label: Slip | None = _error(found).match_examples(
        read, alike, token_type_match_fallback=True, use_accepts=False
    )
    return label


def _error(unexpected: Unexpected) -> UnexpectedToken:
    """Lark's exception for an error; Lark is loaded only where there is one."""
    from lark import Token, UnexpectedToken

    made: Any = UnexpectedToken
    found: UnexpectedToken = made(
        Token(unexpected.kind, _shape(unexpected.text)), set(), state=unexpected.state
    )
    return found


def _same(example: Unexpected, found: Unexpected) -> bool:
    return example.state == found.state and example.kind == found.kind


def _shape(text: str) -> str:
    """A token as the examples write it: x0 stands for x3, x5 and x28x3 as well."""
    return "x0" if re.fullmatch(r"(x[0-9]+)+", text) else text


@functools.cache
def _failures() -> dict[str, Unexpected]:
    """Where each example fails."""
    found = {}
    for slip in SLIPS:
        for example in slip.examples:
            failure = Machine(example, {}).run()
            if failure is None:
                raise ValueError(f"the example of {slip.code} has no error: {example!r}")
            found[example] = failure
    return found
