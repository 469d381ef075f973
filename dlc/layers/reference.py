"""The page `spec/layers.md`, generated from the catalogue.

`python -m dlc.layers.reference > spec/layers.md` writes it; a test keeps it up to date.
"""

from __future__ import annotations

import inspect
import itertools
import re
import sys
from collections.abc import Iterator, Sequence

from dlc.layers.base import REGISTRY, Attribute, Layer
from dlc.layers.domains import show
from dlc.types import signatures

HEAD = """# Layers

Every layer of the language, as the catalogue in `dlc/layers/` has it; `dlc layers LAYER` prints one of
these pages. Kinds are those of [types](types.md). Where a layer says `tensor`, it takes any kind but ids,
and `same` is the kind that it was given. Multiply-additions and parameters are what `dlc summary` counts.

(This page is written from the layers' classes; `python -m dlc.layers.reference` prints it.)"""


def kinds(name: str) -> str:
    """What a layer takes and gives, in words: `map -> vector`."""
    return signatures()[name].production.replace("__", " -> ").replace("_or_", " or ")


def attribute_row(a: Attribute) -> tuple[str, str, str, str]:
    """An attribute: name, default, values, meaning."""
    default = "required" if a.required else show(a.domain.simplify(a.default))
    return a.name, default, a.domain.describe(), a.doc


def reference() -> str:
    """The whole page: an overview, then a section a layer."""
    families = itertools.groupby(REGISTRY.values(), key=lambda cls: cls.__module__)
    parts = [HEAD, "\n".join(_overview())]
    for module, classes in families:
        parts.append(f"## {_family(module)}")
        parts += ["\n".join(_section(cls)) for cls in classes]
    return "\n\n".join(parts) + "\n"


def _overview() -> Iterator[str]:
    yield "| layer | takes -> gives | inputs | attributes |"
    yield "|---|---|---|---|"
    for name, cls in REGISTRY.items():
        attributes = ", ".join(_short(a) for a in cls.table)
        yield f"| [{name}](#{name}) | {kinds(name)} | {_inputs(cls)} | {attributes} |"


def _short(a: Attribute) -> str:
    return f"`{a.name}`" if a.required else f"`{a.name}={attribute_row(a)[1]}`"


def _inputs(cls: type[Layer]) -> str:
    if cls.most is None:
        return f"{cls.least} or more" if cls.least else "any number"
    return str(cls.most) if cls.least == cls.most else f"{cls.least} to {cls.most}"


def _family(module: str) -> str:
    """The first words of a module's docstring: `Recurrent layers`."""
    words = (sys.modules[module].__doc__ or "").splitlines()[0]
    return words.split(":")[0].rstrip(".")


def _section(cls: type[Layer]) -> Iterator[str]:
    yield f"### {cls.op_name}"
    yield ""
    yield f"*{kinds(cls.op_name)}*"
    yield ""
    yield from _markdown((inspect.getdoc(cls) or "").splitlines())
    if cls.table:
        yield ""
        yield "| attribute | default | values | meaning |"
        yield "|---|---|---|---|"
        for name, *rest in map(attribute_row, cls.table):
            yield f"| `{name}` | {' | '.join(_cell(text) for text in rest)} |"


def _markdown(lines: Sequence[str]) -> Iterator[str]:
    """A docstring with its indented example fenced, and signs of Markdown escaped."""
    for is_example, group in itertools.groupby(lines, key=lambda line: line.startswith("    ")):
        if is_example:
            yield from ("```dlnet statement", *(line[4:] for line in group), "```")
        else:
            yield from map(_plain, group)


def _plain(line: str) -> str:
    return re.sub(r"(`[^`]*`)|([*<])", lambda m: m[1] or f"\\{m[2]}", line)


def _cell(text: str) -> str:
    return _plain(text).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(reference())
