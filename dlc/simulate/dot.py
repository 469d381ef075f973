"""A graph in Graphviz's language."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

Attributes = Mapping[str, str]


@attrs.define
class Dot:
    """A directed graph; nodes are known by `n0`, `n1`, ... in the order in which they were added."""

    graph: Attributes
    node: Attributes
    edge: Attributes = attrs.field(factory=dict)
    nodes: list[Attributes] = attrs.field(factory=list)
    edges: list[tuple[int, int, Attributes]] = attrs.field(factory=list)

    def add(self, **attributes: str) -> int:
        """Add a node; gives its number."""
        self.nodes.append(attributes)
        return len(self.nodes) - 1

    def join(self, tail: int, head: int, **attributes: str) -> None:
        """Add an edge."""
        self.edges.append((tail, head, attributes))

    def text(self) -> str:
        """The graph as DOT text."""
        lines = [
            "digraph {",
            f"graph {_list(self.graph)}",
            f"node {_list(self.node)}",
            f"edge {_list(self.edge)}",
        ]
        lines += [f"n{number} {_list(node)}" for number, node in enumerate(self.nodes)]
        lines += [f"n{tail} -> n{head} {_list(edge)}" for tail, head, edge in self.edges]
        return "\n".join([*lines, "}"])


def escape_record(text: str) -> str:
    """Text for a field of a record: characters that would part or name fields lose that meaning."""
    return "".join(f"\\{c}" if c in "{}|<>\\ " and c != " " else c for c in text)


def escape_html(text: str) -> str:
    """Text inside an HTML-like label."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _list(attributes: Attributes) -> str:
    return "[" + ", ".join(f"{name}={_value(value)}" for name, value in attributes.items()) + "]"


def _value(text: str) -> str:
    """A quoted string; an HTML-like label, which is in angle brackets, as it is."""
    if text.startswith("<") and text.endswith(">"):
        return text
    return '"' + text.replace('"', '\\"') + '"'
