"""The pages behind `dlc explain`: one Markdown file a code, in `spec/errors/`."""

from __future__ import annotations

from importlib import resources
from importlib.resources.abc import Traversable

from dlc.diagnostics.codes import CODES, Code

RANGES = {
    0: "Files and the command line",
    1: "Syntax",
    2: "Names, attributes and structure",
    3: "Kinds and shapes",
    4: "Holes and passes",
    5: "Targets",
    6: "Papers and tables",
    7: "Other formats read",
    8: "Simulation and evaluation",
}


def explain(code: str | Code) -> str:
    """The page of a code as Markdown: what it means, an example that gives it, how to mend it.

    Raises KeyError for a code that does not exist.
    """
    return _page(CODES[str(code)]).read_text(encoding="utf-8")


def index() -> str:
    """The generated page `spec/errors.md`: every code with its title, in order, with a link to its page."""
    parts = [
        "# Diagnostic codes",
        "",
        "Generated from `dlc/diagnostics/codes.py`. `dlc explain CODE` prints a page.",
    ]
    for number, heading in RANGES.items():
        parts += ["", f"## {heading}", "", "| code | meaning |", "|---|---|"]
        parts += [
            f"| [{code}](errors/{code}.md) | {code.title} |"
            for code in sorted(CODES.values(), key=str)
            if int(code.number[3:]) // 100 == number
        ]
    return "\n".join(parts) + "\n"


def _page(code: Code) -> Traversable:
    return resources.files("dlc") / "spec" / "errors" / f"{code.number}.md"
