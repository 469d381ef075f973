"""What is printed is canonical: the same for every way of writing a net, and stable."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.pairs import pairs
from support.texts import modules

from dlc.fuzz.strategies import broken_nets, dags, sampled_nets
from dlc.ir import Module, Net
from dlc.syntax import parse, print_module

HERE = Path(__file__).resolve().parent
EXAMPLES = sorted((HERE.parents[1] / "examples").glob("*.dlnet"))


@pytest.mark.parametrize(("written", "canonical"), pairs(HERE / "printed.dlnet"))
def test_pair(written: str, canonical: str) -> None:
    module = parsed(written)
    assert print_module(module) == canonical
    assert parsed(canonical) == module
    assert print_module(parsed(canonical)) == canonical


def parsed(text: str) -> Module:
    found = parse(text)
    assert found.diagnostics == ()
    return found.module


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_examples_survive(file: Path) -> None:
    module = parsed(file.read_text(encoding="utf-8"))
    assert parsed(print_module(module)) == module


@given(dags() | sampled_nets() | broken_nets().map(lambda drawn: drawn[0]))
@settings(max_examples=150, deadline=None)
def test_parsing_what_is_printed_is_the_identity(net: Net) -> None:
    module = Module(nets=(net,))
    text = print_module(module)
    assert parsed(text) == module
    assert print_module(parsed(text)) == text


@given(modules())
@settings(max_examples=100, deadline=None)
def test_so_it_is_for_blocks_repeats_marks_and_odd_names(module: Module) -> None:
    text = print_module(module)
    again = parse(text)
    assert [d.message for d in again.diagnostics] == []
    assert again.module == module
    assert print_module(again.module) == text


@given(st.integers(1, 3), st.integers(0, 2))
def test_items_are_an_empty_line_apart(nets: int, blocks: int) -> None:
    text = "".join(f"net n{i} {{\n  x = input ids[3]\n  output x\n}}\n" for i in range(nets))
    text += "".join(f"block b{i}(x) {{\n  output x\n}}\n" for i in range(blocks))
    printed = print_module(parsed(text))
    assert printed.count("\n}\n\n") == nets + blocks - 1
    assert printed.endswith("}\n")
