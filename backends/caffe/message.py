"""Protocol buffer text: what a prototxt file is made of, and how it is laid out."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

_INLINE = 78  # columns that a nested message may fill to stand on one line
_FLOAT_DIGITS = 7  # a float field holds 24 bits

# A field's value: a scalar, a nested message, or several of either for a repeated field.
Fields = dict[str, Any]


class Word(str):
    """The name of an enum value: printed without quotes."""

    __slots__ = ()


MAX, AVERAGE = Word("MAX"), Word("AVE")  # of Pooling
PROD, SUM = Word("PROD"), Word("SUM")  # of Eltwise, which has MAX as well
TRAIN, TEST = Word("TRAIN"), Word("TEST")
IN_TRAINING, IN_TESTING = {"include": {"phase": TRAIN}}, {"include": {"phase": TEST}}
PRODUCT = {"eltwise_param": {"operation": PROD}}


def weighted_sum(*factors: float) -> dict[str, Any]:
    """The fields of an Eltwise that adds its inputs, each times a factor."""
    return {"eltwise_param": {"operation": SUM, "coeff": list(factors)}}


@attrs.frozen
class Layer:
    """A LayerParameter: its type, name, blobs and further fields in the order in which they are printed."""

    type: str
    name: str
    bottoms: tuple[str, ...]
    tops: tuple[str, ...]
    fields: Fields = attrs.field(factory=dict)

    @property
    def in_place(self) -> bool:
        """Whether the layer overwrites its input."""
        return self.bottoms[:1] == self.tops[:1] and bool(self.tops)


def net_text(name: str, layers: Sequence[Layer], head: Iterable[str] = ()) -> str:
    """A NetParameter with comments at its head."""
    parts = [f"{line}\n" for line in (*comment_lines(head), f"name: {_quote(name)}")]
    written: dict[int, str] = {}  # by identity: the steps of a recurrent layer share their fields
    for layer in layers:
        fields = written.get(id(layer.fields))
        if fields is None:
            fields = "".join([f"{line}\n" for line in _field_lines(layer.fields, "  ")])
            written[id(layer.fields)] = fields
        parts.append(_layer_text(layer, fields))
    return "".join(parts)


def message_text(fields: Fields, head: Iterable[str] = ()) -> str:
    """Any message with comments at its head, one field a line."""
    return "\n".join([*comment_lines(head), *_field_lines(fields, "")]) + "\n"


def comment_lines(lines: Iterable[str]) -> Iterator[str]:
    """Lines as comments; control characters cannot end a comment early."""
    for line in lines:
        text = "".join(c if c.isprintable() else " " for c in line).rstrip()
        yield f"# {text}" if text else "#"


def _layer_text(layer: Layer, fields: str) -> str:
    bottoms = "".join([f"  bottom: {_quote(bottom)}\n" for bottom in layer.bottoms])
    tops = "".join([f"  top: {_quote(top)}\n" for top in layer.tops])
    return f'layer {{\n  name: {_quote(layer.name)}\n  type: "{layer.type}"\n{bottoms}{tops}{fields}}}\n'


def _field_lines(fields: Fields, indent: str) -> list[str]:
    lines: list[str] = []
    for name, value in fields.items():
        for one in value if isinstance(value, list | tuple) else (value,):
            if isinstance(one, dict):
                lines += _message_lines(name, one, indent)
            else:
                lines.append(f"{indent}{name}: {_scalar(one)}")
    return lines


def _message_lines(name: str, fields: Fields, indent: str) -> list[str]:
    """A nested message: a layer's parameters over several lines, smaller ones on one line where they fit."""
    if not name.endswith("_param"):
        inline = f"{indent}{name} {{ {_inline(fields)} }}"
        if len(inline) <= _INLINE:
            return [inline]
    return [f"{indent}{name} {{", *_field_lines(fields, indent + "  "), f"{indent}}}"]


def _inline(fields: Fields) -> str:
    return " ".join([line.strip() for line in _field_lines(fields, "")])


def _scalar(value: Any) -> str:
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.{_FLOAT_DIGITS}g}"
    return str(value)


_PLAIN = re.compile(r"[ !#-\[\]-~]*").fullmatch
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@functools.lru_cache(4096)  # a name comes up once as its layer's and once for each reader of its blob
def _quote(text: str) -> str:
    """A string literal; what is not printable ASCII is written as octal bytes of its UTF-8 form."""
    if _PLAIN(text):
        return f'"{text}"'
    return '"' + "".join(map(_escape, text)) + '"'


def _escape(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable() and char.isascii():
        return char
    return "".join(f"\\{byte:03o}" for byte in char.encode("utf-8", "surrogatepass"))


def shape(*dims: int) -> dict[str, Any]:
    """A BlobShape."""
    return {"shape": {"dim": list(dims)}}


def sides(name: str, values: Sequence[int], default: int | None = None) -> dict[str, Any]:
    """A size as two-dimensional layers take it: `stride` where both axes agree, else `stride_h`, `stride_w`.

    The kernel's single field is `kernel_size`; nothing is written where all equal the default.
    """
    if all(value == default for value in values):
        return {}
    if len(set(values)) == 1:
        return {"kernel_size" if name == "kernel" else name: values[0]}
    return dict(zip((f"{name}_h", f"{name}_w"), values, strict=True))
