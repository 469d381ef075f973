"""What a pass is: a value that turns a module into a better one and says what it did."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import attrs

from dlc.diagnostics import Diagnostic
from dlc.ir import Module, Net


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


def over_nets(module: Module, change: Callable[[Net], Net]) -> PassResult:
    """Apply `change`, which has nothing to say, to every net."""
    nets = tuple(change(net) for net in module.nets)
    changed = nets != module.nets
    return PassResult(attrs.evolve(module, nets=nets) if changed else module, changed)
