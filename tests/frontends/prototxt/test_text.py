"""Protobuf text: every way in which Caffe's files write fields, and what is said of text that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlc.diagnostics import DlcError, codes
from dlc.frontends.prototxt.message import Message, Word
from dlc.frontends.prototxt.text import DEEPEST, parse


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ('name: "net"', "name", "net"),
        ("name: 'net'", "name", "net"),
        ('name: "a" "b"\n"c"', "name", "abc"),
        ('name: "a\\tb"', "name", "a\tb"),
        ("lr: -1.5e-3", "lr", -0.0015),
        ("lr: .5f", "lr", 0.5),
        ("dim: 0x10", "dim", 16),
        ("dim: 010", "dim", 8),
        ("flag: true", "flag", True),
        ("pool: MAX", "pool", Word("MAX")),
        ("limit: -inf", "limit", float("-inf")),
        ("dim: # a comment between\n 3", "dim", 3),
    ],
)
def test_one_field(text: str, name: str, value: object) -> None:
    (field,) = parse(text)
    assert (field.name, field.value, type(field.value)) == (name, value, type(value))


def test_fields_need_no_separator() -> None:
    message = parse("a: 1 b: 2, c: 3; d { e: 4 } f: { g: [5, 6] } h < i: 7 >")
    assert [f.name for f in message] == ["a", "b", "c", "d", "f", "h"]
    assert message.sub("f").all("g") == [5, 6]
    assert message.sub("h").get("i") == 7


def test_a_field_knows_its_line() -> None:
    message = parse("a: 1\n\n# nothing\nlayer {\n  name: 'x'\n}\n")
    assert [(f.name, f.line) for f in message] == [("a", 1), ("layer", 4)]
    assert message.sub("layer").fields[0].line == 5


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('layer {\n  name: "x"\n', 1, "not closed"),
        ("a {\n  b: 1\n}\nc {\n  d {\n    e: 1\n  }\n", 4, "not closed"),
        ("layer {\n  name: }\n", 2, "has no meaning here"),
        ("a: 1\n}\n", 2, "has no meaning here"),
        ("a: 1\nb: \x01\n", 2, "has no meaning here"),
        ('a: "x\nb: 1\n', 1, "has no meaning here"),
        ("a {" * (DEEPEST + 1), 1, "deep"),
    ],
)
def test_what_is_no_message_is_told_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(DlcError) as caught:
        parse(text, "net.prototxt")
    (finding,) = caught.value.diagnostics
    assert finding.code == codes.PROTOTXT_MALFORMED
    assert words in finding.message
    assert str(finding.span).startswith(f"net.prototxt:{line}:")


def test_a_text_longer_than_any_network_is_refused_unread() -> None:
    with pytest.raises(DlcError) as caught:
        parse("a: 1\n" * 4_000_000)
    assert caught.value.diagnostics[0].code == codes.TOO_LARGE


@given(st.text(alphabet="ab1:{}<>[],;\"'#-. \n", max_size=200))
def test_any_text_is_a_message_or_a_finding(text: str) -> None:
    try:
        made = parse(text)
    except DlcError as error:
        made = error
    assert isinstance(made, Message) or made.diagnostics
