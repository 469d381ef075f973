"""The pages of `spec/`: examples do what they say, what is generated is current, links lead somewhere."""

import itertools
import re
from pathlib import Path

import pytest
from support.pages import Example, examples, hold

from dlc.layers import REGISTRY
from dlc.layers.reference import reference
from dlc.syntax import format_text, parse, print_module
from dlc.types import Kind, signatures

SPEC = Path(__file__).resolve().parents[2] / "spec"
PAGES = {p.relative_to(SPEC).as_posix(): p.read_text(encoding="utf-8") for p in sorted(SPEC.rglob("*.md"))}
SAYING = ("written", "formatted", "statement")
FOUND = [e for name in ("syntax.md", "types.md") for e in examples(name, PAGES[name], "dlnet")]
CHECKED = [e for e in FOUND if len(e.words) == 1 or e.words[1] not in SAYING]


@pytest.mark.parametrize("example", CHECKED, ids=str)
def test_example(example: Example) -> None:
    hold(example)


@pytest.mark.parametrize("example", [e for e in CHECKED if len(e.words) == 1], ids=str)
def test_examples_without_errors_are_formatted(example: Example) -> None:
    assert format_text(example.text) == example.text
    assert parse(print_module(parse(example.text).module)).module == parse(example.text).module


def test_what_is_written_is_formatted_to_what_follows() -> None:
    written = [(a, b) for a, b in itertools.pairwise(FOUND) if a.words[1:] == ("written",)]
    assert written
    for before, after in written:
        assert after.words[1:] == ("formatted",)
        assert format_text(before.text) == after.text


def test_the_page_of_layers_is_up_to_date() -> None:
    assert PAGES["layers.md"] == reference()  # else: python -m dlc.layers.reference > spec/layers.md


def test_the_page_of_layers_has_every_layer_and_attribute() -> None:
    for name, cls in REGISTRY.items():
        section = re.search(rf"^### {name}\n((?:(?!^##).*\n)*)", PAGES["layers.md"], re.MULTILINE)
        assert section is not None
        assert re.findall(r"^\| `(\w+)` \|", section[1], re.MULTILINE) == [a.name for a in cls.table]


def test_the_page_of_types_lists_the_productions_as_they_are() -> None:
    rows = re.findall(r"^\| `(\w+__\w+)` \| ([^(|\n]*)", PAGES["types.md"], re.MULTILINE)
    assert rows
    for production, names in rows:
        for name in names.strip().split(", "):
            assert signatures()[name].production == production


def test_the_page_of_types_lists_the_kinds_as_they_are() -> None:
    rows = re.findall(r"^\| (\w+) \| `\w+\[.*?\]` \| ([\w, ]+)", PAGES["types.md"], re.MULTILINE)
    assert {kind: tuple(axes.strip().split(", ")) for kind, axes in rows} == {k.value: k.axes for k in Kind}


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", PAGES[page]):
        assert (SPEC / page).parent.joinpath(target).exists(), target


@pytest.mark.parametrize("page", PAGES)
def test_anchors_exist(page: str) -> None:
    headings = re.findall(r"^#+ (.*)$", PAGES[page], re.MULTILINE)
    known = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", PAGES[page])) <= known


def test_the_index_names_every_page() -> None:
    top = {p.name for p in SPEC.iterdir() if p.is_file() and p.name != "README.md"}
    assert top <= set(re.findall(r"\]\(([^)]+)\)", PAGES["README.md"]))
