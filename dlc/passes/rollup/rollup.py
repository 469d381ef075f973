"""The pass that finds blocks and repeats again."""

from __future__ import annotations

from typing import ClassVar

import attrs

from dlc.ir import Module, Net, Op
from dlc.layers import REGISTRY
from dlc.passes.base import Pass, PassResult
from dlc.passes.check import infer_types
from dlc.passes.rollup.finish import finished
from dlc.passes.rollup.series import Scope
from dlc.passes.rollup.work import Work
from dlc.passes.structure import topological
from dlc.types import Type, fits, meet


@attrs.frozen
class RollUp(Pass):
    """Find what repeats itself in a net that is written out, and say it once: as blocks and repeats.

    Before:

        i = input map[56, 56, 64]
        c1 = i |> conv2d(filters=64, kernel=3, padding=same) |> batchnorm |> relu |> dropout(rate=0.1)
        r1 = add(c1, i) |> relu
        c2 = r1 |> conv2d(filters=64, kernel=3, padding=same) |> batchnorm |> relu |> dropout(rate=0.1)
        r2 = add(c2, r1) |> relu
        c3 = r2 |> conv2d(filters=64, kernel=3, padding=same) |> batchnorm |> relu |> dropout(rate=0.1)
        r3 = add(c3, r2) |> relu
        c4 = r3 |> conv2d(filters=64, kernel=5, padding=same) |> batchnorm |> relu |> dropout(rate=0.1)
        r4 = add(c4, r3) |> relu
        c5 = r4 |> conv2d(filters=64, kernel=5, padding=same) |> batchnorm |> relu |> dropout(rate=0.1)
        r5 = add(c5, r4) |> relu

    After:

        block residual(x, kernel) {
          branch = x
            |> conv2d(filters=64, kernel=kernel, padding=same)
            |> batchnorm
            |> relu
            |> dropout(rate=0.1)
          y = add(branch, x) |> relu
          output y
        }
        i = input map[56, 56, 64]
        r3 = i |> repeat 3 residual(kernel=3)
        r5 = r3 |> repeat 2 residual(kernel=5)

    What goes into a block reads one value and gives one. Its parameters are the numbers and flags that
    differ from place to place. Of all ways to write the nets, one that needs few lines of code is looked
    for. Where it needs more than `at_most` of the lines that they need as they are, or saves fewer than
    `at_least` lines, they stay as they are. So does a net that has blocks or repeats already, since these
    are its author's, and one of more than `most_layers`.

    Expanding the blocks again gives the same layers, joined in the same way. A call has the name of the
    last layer that it stands for, what is common to the origins of its layers, and the least of their
    confidences. The names of the other layers are lost (`dlc.passes.same.names` pairs them with the new
    ones), and so are their declared types, where the layers alone say as much.
    """

    name: ClassVar[str] = "roll-up"
    at_most: float = 0.75
    at_least: float = 10
    most_layers: int = 10_000

    def run(self, module: Module) -> PassResult:
        chosen = [at for at, net in enumerate(module.nets) if self._is_open(net)]
        work = Work([_scope(module.nets[at], module) for at in chosen])
        before = work.lines()
        work.run()
        if work.lines() > min(self.at_most * before, before - self.at_least) or work.lines() == before:
            return PassResult(module, False)
        taken = {*REGISTRY, *(b.name for b in module.blocks), *(n.name for n in module.nets)}
        blocks, bodies = finished(work, taken)
        nets = list(module.nets)
        for at, body in zip(chosen, bodies, strict=True):
            nets[at] = attrs.evolve(nets[at], body=body)
        return PassResult(Module((*module.blocks, *blocks), tuple(nets)), True)

    def _is_open(self, net: Net) -> bool:
        """Whether a net is sound as far as this pass needs it, written out, and not too large."""
        flat = all(isinstance(node.op, Op) for node in net.body)
        names = [*(i.name for i in net.inputs), *(n.name for n in net.body)]
        known = set(names)
        sound = len(known) == len(names) and all(s in known for n in net.body for s in n.inputs)
        return flat and sound and len(net.body) <= self.most_layers and topological(net.body) is not None


def _scope(net: Net, module: Module) -> Scope:
    return Scope(tuple(i.name for i in net.inputs), topological(net.body) or (), _kept(net, module))


def _kept(net: Net, module: Module) -> frozenset[str]:
    """The values that must stay: outputs, and those whose declared type says more than the layers do."""
    if all(node.declared is None for node in net.body):
        return frozenset(net.outputs)
    plain = [node for node in net.body if node.declared is not None and not node.layer.declares_result]
    names = {node.name for node in plain}
    body = tuple(attrs.evolve(n, declared=None) if n.name in names else n for n in net.body)
    types = infer_types(attrs.evolve(net, body=body), module)
    return frozenset({*net.outputs, *(n.name for n in plain if _says_more(n.declared, types[n.name]))})


def _says_more(declared: Type | None, found: Type | None) -> bool:
    return not fits(found, declared) or meet(found, declared) != found
