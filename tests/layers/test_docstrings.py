"""Every layer's page: its example is accepted by the parser and the checker, and it names its source."""

import inspect
import re

import pytest

from dlc.layers import REGISTRY
from dlc.passes.check import check
from dlc.syntax import parse
from dlc.types import Kind, signatures

# What the names in the examples stand for, by the kind that the layer takes first.
SHAPES = {
    Kind.MAP: "map[32, 32, 64]",
    Kind.VOLUME: "volume[16, 32, 32, 4]",
    Kind.SEQUENCE: "sequence[100, 64]",
    Kind.VECTOR: "vector[64]",
    Kind.IDS: "ids[100]",
}
PREFERRED = (Kind.IDS, Kind.VECTOR, Kind.SEQUENCE, Kind.VOLUME, Kind.MAP)


def example(name: str) -> str:
    """The indented line or lines of the docstring."""
    lines = (REGISTRY[name].__doc__ or "").splitlines()
    return "\n".join(line.strip() for line in lines if line.startswith(" " * 8))


def net(name: str) -> str:
    text = example(name)
    result, call = re.fullmatch(r"([\w.]+)(?:: [^=]+)? = (.*)", text).groups()  # type: ignore[union-attr]
    takes = signatures()[name].takes
    preferred = (Kind.MAP,) if takes >= {Kind.MAP} else PREFERRED
    kind = next(k for k in preferred if k in takes)
    kind = Kind.VECTOR if name in ("dense", "reshape") else kind
    named = re.findall(r"[(,]\s*([a-z_]\w*)(?=[,)])", call)
    inputs = "\n".join(f"  {n} = input {SHAPES[kind]}" for n in dict.fromkeys(named))
    return f"net example {{\n{inputs}\n  {text}\n  output {result}\n}}\n"


@pytest.mark.parametrize("name", REGISTRY)
def test_the_example_is_accepted(name: str) -> None:
    parsed = parse(net(name))
    checked = check(parsed.module)
    assert [d.message for d in (*parsed.diagnostics, *checked.diagnostics)] == []
    (node,) = checked.module.nets[0].body
    assert node.layer.op_name == name
    assert node.type is not None


@pytest.mark.parametrize("name", REGISTRY)
def test_the_page_gives_meaning_example_and_source(name: str) -> None:
    page = inspect.getdoc(REGISTRY[name]) or ""
    assert page.splitlines()[0].endswith((".", ":"))
    assert re.search(r"^Source: .+\.$", page, re.MULTILINE | re.DOTALL)
    assert all(a.doc and a.doc[0].islower() and not a.doc.endswith(".") for a in REGISTRY[name].table)


def test_the_catalogue_and_the_grammar_hold_the_same_layers() -> None:
    assert set(REGISTRY) == set(signatures())
