"""What people and programs see of diagnostics."""

import io
import json

from rich.console import Console

from dlc.diagnostics import (
    CellSpan,
    Diagnostic,
    FileSpan,
    Fix,
    Note,
    PageSpan,
    PointerSpan,
    Severity,
    Span,
    TextSpan,
    codes,
)
from dlc.diagnostics.render import count, to_json, to_terminal, to_text

SOURCE = "net lenet {\n  image = input map[28, 28, 1]\n  conv1 = convd2(image, filters=20)\n}\n"
UNKNOWN = Diagnostic(
    codes.UNKNOWN_LAYER,
    "there is no layer convd2",
    TextSpan(3, 11, 3, 17, "lenet.dlnet"),
    notes=(Note("image is map[28, 28, 1]", TextSpan(2, 3, 2, 8, "lenet.dlnet")),),
    fix=Fix("did you mean conv2d?", "conv2d"),
)


def at(span: Span | None, message: str = "m", severity: Severity = Severity.ERROR) -> Diagnostic:
    return Diagnostic(codes.SYNTAX, message, span, severity)


def test_plain_text_has_place_code_excerpt_notes_and_fix() -> None:
    assert to_text([UNKNOWN], {"lenet.dlnet": SOURCE}) == (
        "lenet.dlnet:3:11: error[DLC0203]: there is no layer convd2\n"
        "    3 |   conv1 = convd2(image, filters=20)\n"
        "      |           ^^^^^^\n"
        "      = note: image is map[28, 28, 1] (lenet.dlnet:2:3)\n"
        "    2 |   image = input map[28, 28, 1]\n"
        "      |   ^^^^^\n"
        "      = fix: did you mean conv2d?\n"
    )


def test_terminal_shows_the_same_content_in_colour() -> None:
    stream = io.StringIO()
    to_terminal([UNKNOWN], {"lenet.dlnet": SOURCE}, Console(file=stream, force_terminal=True, width=40))
    coloured = stream.getvalue()
    assert "\x1b[" in coloured
    plain = Console(file=(bare := io.StringIO()), width=40, no_color=True)
    to_terminal([UNKNOWN], {"lenet.dlnet": SOURCE}, plain)
    assert bare.getvalue() == to_text([UNKNOWN], {"lenet.dlnet": SOURCE})


def test_markup_in_a_message_is_text() -> None:
    stream = io.StringIO()
    to_terminal([at(None, "map[28, 28, 1] and [red]no[/red]")], console=Console(file=stream, width=200))
    assert stream.getvalue() == "dlc: error[DLC0101]: map[28, 28, 1] and [red]no[/red]\n"


def test_json_has_one_object_a_line_with_tagged_places() -> None:
    first, second = map(json.loads, to_json([UNKNOWN, at(None)]).split("\n"))
    assert first["span"] is None
    assert first["notes"] == []
    assert first["fix"] is None
    assert second == {
        "code": "DLC0203",
        "title": "unknown layer",
        "severity": "error",
        "message": "there is no layer convd2",
        "span": {
            "kind": "text",
            "line": 3,
            "column": 11,
            "end_line": 3,
            "end_column": 17,
            "file": "lenet.dlnet",
        },
        "notes": [
            {
                "message": "image is map[28, 28, 1]",
                "span": {
                    "kind": "text",
                    "line": 2,
                    "column": 3,
                    "end_line": 2,
                    "end_column": 8,
                    "file": "lenet.dlnet",
                },
            }
        ],
        "fix": {"message": "did you mean conv2d?", "replacement": "conv2d", "span": None},
    }


def test_every_form_of_place_is_shown_and_exported() -> None:
    spans: list[Span] = [
        FileSpan("a"),
        TextSpan(1, 2, 1, 3, "b"),
        PageSpan(4, (1.0, 2.0, 3.0, 4.0), "c"),
        CellSpan("1", 3, 2, 4, file="d"),
        PointerSpan("/nets/0", "e"),
    ]
    shown = to_text(map(at, spans)).split("\n")
    assert [line.removesuffix(": error[DLC0101]: m") for line in shown[:5]] == [
        "a",
        "b:1:2",
        "c: page 4",
        "d: page 4, table 1, row 3, column 2",
        "e#/nets/0",
    ]
    kinds = [json.loads(line)["span"]["kind"] for line in to_json(map(at, spans)).split("\n")]
    assert kinds == ["file", "text", "page", "cell", "pointer"]


def test_order_is_by_place_whatever_the_order_found() -> None:
    places: list[Span | None] = [
        None,
        FileSpan("a.dlnet"),
        TextSpan(2, 9, 2, 10, "a.dlnet"),
        TextSpan(10, 1, 10, 2, "a.dlnet"),
        PointerSpan("/nets/2/layers/9", "b.json"),
        PointerSpan("/nets/2/layers/10", "b.json"),
        PageSpan(2, (50.0, 10.0, 60.0, 20.0), "c.pdf"),
        PageSpan(2, (0.0, 30.0, 9.0, 40.0), "c.pdf"),
        CellSpan("1", 2, 1, 3, file="c.pdf"),
        CellSpan("1", 10, 1, 3, file="c.pdf"),
        CellSpan("2", 1, 1, 3, file="c.pdf"),
    ]
    found = [at(place, str(i)) for i, place in enumerate(places)]
    assert to_text(found) == to_text(reversed(found))
    assert to_text(found).count("\n") == len(found) + 1


def test_fifty_errors_are_all_shown_and_counted() -> None:
    found = [at(TextSpan(i, 1, i, 2, "x"), f"wrong {i}") for i in range(1, 51)]
    shown = to_text([*found, at(None, severity=Severity.WARNING)]).splitlines()
    assert len(shown) == 52
    assert shown[-1] == "50 errors, 1 warning"
    assert count(found[:1]) == "1 error"


def test_a_fix_shows_what_to_write_unless_its_message_does() -> None:
    wrong = Diagnostic(codes.SYNTAX, "m", fix=Fix("insert a comma", ", "))
    assert "= fix: insert a comma: ,\n" in to_text([wrong])


def test_a_place_that_the_text_does_not_have_is_only_named() -> None:
    assert to_text([at(TextSpan(9, 1, 9, 2, "x"))], {"x": "one line"}) == "x:9:1: error[DLC0101]: m\n"


def test_no_diagnostics_give_nothing() -> None:
    assert to_text([]) == ""
    assert to_json([]) == ""


def test_control_characters_of_an_input_never_reach_the_terminal() -> None:
    name = "a\x1b[2J\u202eb\nc"
    shown = to_text([at(TextSpan(1, 1, 1, 4, name), name)], {name: name})
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert len(shown.splitlines()) == 3
