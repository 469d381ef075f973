"""The elements of an SVG file, parsed without ever looking outside it.

Entities of the file's own, style sheets elsewhere and references to other files are refused: the first can
grow beyond any memory, the others would have files read or fetched that the reader of a figure did not name.
"""

from __future__ import annotations

import codecs as encodings
import gzip
import io
import xml.parsers.expat as expat
from collections.abc import Iterator

import attrs

from dlc.diagnostics import Diagnostic, DlcError, FileSpan, Fix, TextSpan, codes

#: More elements, or elements nested deeper, are no figure.
MOST_ELEMENTS, DEEPEST = 100_000, 200
#: A compressed file is unpacked to at most this many bytes.
_LARGEST = 64 * 2**20
#: Elements that show what a reference names.
_SHOWN = frozenset(("use", "image", "feImage", "tref", "script", "textPath", "pattern", "linearGradient"))


@attrs.define
class Element:
    """An element: its name without namespace, attributes likewise, and texts and elements in order."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = attrs.field(factory=list)

    def elements(self) -> Iterator[Element]:
        """The elements right inside it."""
        return (child for child in self.children if isinstance(child, Element))

    def walk(self) -> Iterator[Element]:
        """It and all elements inside it, in order."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting += reversed(list(element.elements()))


def is_svg(data: bytes) -> bool:
    """Whether a file's first bytes are those of an SVG, plain or gzipped, rather than of a bitmap."""
    head = data[:1024].removeprefix(encodings.BOM_UTF8).lstrip()
    return data.startswith(b"\x1f\x8b") or head.startswith((b"<?xml", b"<svg", b"<!DOCTYPE svg", b"<!--"))


def parse(data: bytes, name: str) -> Element:
    """The root element of an SVG file, plain or gzipped; raises DlcError for what is none or is refused."""
    builder = _Builder(name)
    try:
        builder.parser.Parse(_unpacked(data, name), True)
    except expat.ExpatError as error:
        line, column = error.lineno, error.offset + 1
        place = TextSpan(line, column, line, column + 1, name)
        message = f"{name} is no well-formed SVG: {expat.errors.messages[error.code]}"
        raise DlcError(Diagnostic(codes.SVG_MALFORMED, message, place)) from None
    root = builder.root
    if root is None or root.tag != "svg":
        found = f"its root is <{root.tag}>" if root is not None else "it has no element"
        message = f"{name} is no SVG: {found}, not <svg>"
        raise DlcError(Diagnostic(codes.SVG_MALFORMED, message, FileSpan(name)))
    return root


def _unpacked(data: bytes, name: str) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        with gzip.open(io.BytesIO(data)) as stream:
            made = stream.read(_LARGEST + 1)
    except (OSError, EOFError) as error:
        message = f"{name} cannot be unpacked: {str(error).lower()}"
        raise DlcError(Diagnostic(codes.SVG_MALFORMED, message, FileSpan(name))) from None
    if len(made) > _LARGEST:
        raise DlcError(_refusal(f"{name} unpacks to more than {_LARGEST // 2**20} MiB", name))
    return made


def _refusal(message: str, place: str | TextSpan, fix: str = "") -> Diagnostic:
    span = FileSpan(place) if isinstance(place, str) else place
    return Diagnostic(codes.SVG_REFUSED, message, span, fix=Fix(fix) if fix else None)


class _Builder:
    """Collects elements as the parser reports them."""

    def __init__(self, name: str) -> None:
        self.root: Element | None = None
        self._name = name
        self._open: list[Element] = []
        self._count = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ProcessingInstructionHandler = self._instruction
        self.parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST_ELEMENTS or len(self._open) >= DEEPEST:
            what = f"more than {MOST_ELEMENTS:,} elements" if self._count > MOST_ELEMENTS else "elements"
            deep = "" if self._count > MOST_ELEMENTS else f" nested more than {DEEPEST} deep"
            raise DlcError(_refusal(f"{self._name} has {what}{deep}", self._place()))
        plain = {key.rpartition(" ")[2]: value for key, value in attributes.items()}
        element = Element(tag.rpartition(" ")[2], plain)
        self._check(element)
        if self._open:
            self._open[-1].children.append(element)
        elif self.root is None:
            self.root = element
        self._open.append(element)

    def _check(self, element: Element) -> None:
        reference = element.attributes.get("href", "").strip()
        if element.tag in _SHOWN and reference and not reference.startswith(("#", "data:")):
            message = f"<{element.tag}> shows {reference[:80]}, which is outside {self._name}"
            raise DlcError(_refusal(message, self._place(), "embed it in the file, or take it out"))

    def _end(self, _: str) -> None:
        self._open.pop()

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].children.append(text)

    def _entity(self, entity: str, *_: object) -> None:
        message = f"{self._name} declares the entity {entity}"
        raise DlcError(_refusal(message, self._place(), "save it without a document type"))

    def _instruction(self, target: str, content: str) -> None:
        if target == "xml-stylesheet":
            message = f"{self._name} takes its style from another file ({content[:80]})"
            raise DlcError(_refusal(message, self._place(), "put the style into a <style> element"))

    def _place(self) -> TextSpan:
        line, column = self.parser.CurrentLineNumber, self.parser.CurrentColumnNumber + 1
        return TextSpan(line, column, line, column + 1, self._name)
