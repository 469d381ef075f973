"""Ids go to embeddings only: one line astray never costs a network of text."""

import pytest
from support.drawings import drawing, sketch

from dlc.diagnostics import Diagnostic, codes
from dlc.frontends.figure.read import read_drawing
from dlc.frontends.table.design.proof import proofread
from dlc.ir import Net
from dlc.syntax import parse
from dlc.types import Kind

_CHAIN = """
    box e 0 0 | Embedding 100
    box l 0 6 | LSTM 20
    box d 0 12 | Dense 50
    box c 0 18 | {merge}
    box f 0 24 | Dense 2
    arrow e l
    arrow l d
    arrow d c
    arrow c f
    arrow -12,0 -12,18 c
    arrow -12,0 e
"""


def read(text: str) -> tuple[Net, tuple[Diagnostic, ...]]:
    made = read_drawing(drawing(sketch(text)))
    (net,) = made.nets
    return net, made.diagnostics


def ops(net: Net) -> list[str]:
    return [node.layer.op_name for node in net.body]


@pytest.mark.parametrize("merge", ["Concat", "Dense 60"])
def test_an_invented_input_is_no_ids_where_it_is_calculated_with(merge: str) -> None:
    net, _ = read(_CHAIN.format(merge=merge))
    kinds = {given.name: given.type.kind for given in net.inputs}
    (into,) = [node for node in net.body if node.layer.op_name in ("concat", "add")]
    assert Kind.IDS in kinds.values()
    assert not [name for name in into.inputs if kinds.get(name) is Kind.IDS]
    assert ops(net).count("embed") == 1
    assert ops(net)[:3] == ["embed", "lstm", "dense"]


def test_ids_that_are_drawn_are_embedded_before_a_concatenation_with_vectors() -> None:
    net, _ = read(_CHAIN.format(merge="Concat").replace("-12,0", "i") + "box i -12 0 | Input")
    (into,) = [node for node in net.body if node.layer.op_name in ("concat", "add")]
    assert {node.layer.op_name for node in net.body if node.name in into.inputs} == {"dense", "flatten"}


_UNSOUND = """net n {
  x = input vector[3]
  a = dense(x, units=4)
  y = add(a)
  z = dense(y, units=2)
  output z
}
"""


def test_one_layer_that_makes_a_net_unsound_may_be_left_unknown() -> None:
    (net,) = parse(_UNSOUND).module.nets
    kept, (finding,) = proofread(net, 0.1)
    assert kept is not None
    assert ops(kept) == ["dense", "opaque", "dense"]
    assert finding.code == codes.GUESSED
    assert "add takes at least 2 inputs" in finding.message


def test_more_of_them_are_no_reading() -> None:
    text = _UNSOUND.replace("z = dense(y, units=2)", "b = add(y)\n  z = dense(b, units=2)")
    (net,) = parse(text).module.nets
    kept, findings = proofread(net, 0.1)
    assert kept is None
    assert findings[-1].code == codes.NET_UNSOUND
