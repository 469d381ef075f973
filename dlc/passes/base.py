"""What a pass is: a value that turns a module into a better one and says what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic
from dlc.ir import Block, Module, Net, Node
from dlc.passes.structure import topological


@attrs.frozen
class PassResult:
    """The module after a pass, whether it differs from the one before, and what the pass wants to say."""

    module: Module
    changed: bool
    diagnostics: tuple[Diagnostic, ...] = ()


class Pass:
    """A transformation of modules. Subclasses are frozen attrs classes whose fields are their options.

    `name` is what `--print-after` takes. A pass never invents an error: what it cannot handle it leaves
    as it is. Running it a second time changes nothing. Origins, confidences and declared types survive.
    """

    __slots__ = ()
    name: ClassVar[str]

    def run(self, module: Module) -> PassResult:
        """The transformed module. Raises DlcError only where going on would cost unbounded memory."""
        raise NotImplementedError


Change = Callable[[tuple[Node, ...], frozenset[str]], Sequence[Node]]


def over_bodies(module: Module, change: Callable[[Net | Block], Change]) -> PassResult:
    """Apply what `change` gives for a net or a block, and which has nothing to say, to its body.

    It gets the nodes, every one after its inputs, and the names of the values that must stay. A body with
    a cycle is left as it is.
    """
    blocks = tuple(attrs.evolve(b, body=_changed(b.body, (b.output,), change(b))) for b in module.blocks)
    nets = tuple(attrs.evolve(n, body=_changed(n.body, n.outputs, change(n))) for n in module.nets)
    changed = (blocks, nets) != (module.blocks, module.nets)
    return PassResult(Module(blocks, nets) if changed else module, changed)


def _changed(body: tuple[Node, ...], kept: Iterable[str], change: Change) -> tuple[Node, ...]:
    order = topological(body)
    if order is None:
        return body
    made = tuple(change(order, frozenset(kept)))
    return body if made == order else made


def readers(body: Iterable[Node]) -> Counter[str]:
    """How many nodes read each value."""
    return Counter(source for node in body for source in dict.fromkeys(node.inputs))
