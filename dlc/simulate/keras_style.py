"""Pictures as Keras' own `plot_model` draws them, over the years.

Facts taken from `keras/utils/vis_utils.py` of Keras 2.0 to 2.3 and of tf-keras, and from
`keras/src/utils/model_visualization.py` of Keras 3: a record a layer, `concentrate`, and what the label says
of name, class, activation, numbers' type and sizes. In Keras 3 labels are tables and lines are right-angled.
A layer of the language that needs several Keras layers is drawn as those layers.
"""

from __future__ import annotations

import enum
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from dlc.backends.keras.names import layer_name
from dlc.backends.keras.plan import Ask, Step, plan
from dlc.backends.keras.rules import RULES
from dlc.backends.keras.shapes import step_shapes
from dlc.ir import Net, Node
from dlc.simulate import fonts
from dlc.simulate.dot import Dot, escape_html, escape_record
from dlc.simulate.graphviz import Laid, lay_out
from dlc.simulate.picture import Picture
from dlc.simulate.truth import INPUT, Arrow, Item, Layer, Size, Truth
from dlc.types import Kind, Type


class Version(enum.Enum):
    """Whose labels are drawn."""

    KERAS_2 = "keras-2"  # Keras to 2.3, TensorFlow to 2.3: "name: Class"
    TF_2_4 = "tf-2.4"  # TensorFlow 2.4 to 2.7: the same, sizes of inputs in lists
    TF_2_8 = "tf-2.8"  # TensorFlow from 2.8, tf-keras: name and class in fields of their own
    KERAS_3 = "keras-3"


@attrs.frozen
class KerasStyle:
    """The options of `plot_model`, and the font that its machine had."""

    version: Version = Version.KERAS_2
    show_shapes: bool = False
    show_layer_names: bool = True
    show_layer_activations: bool = False
    show_dtype: bool = False
    rankdir: str = "TB"
    dpi: float = 96
    font: str = fonts.TIMES

    def __str__(self) -> str:
        shown = (("shapes", self.show_shapes), ("activations", self.show_layer_activations))
        words = [word for word, is_shown in shown if is_shown]
        return "-".join([self.version.value, self.rankdir, *words])


def random_style(rng: random.Random) -> KerasStyle:
    """A style such as one meets: most show sizes, nearly all run down the page."""
    version = rng.choices(list(Version), (4, 2, 3, 3))[0]
    return KerasStyle(
        version,
        show_shapes=rng.random() < 0.65,
        show_layer_names=rng.random() < 0.9,
        show_layer_activations=version in (Version.TF_2_8, Version.KERAS_3) and rng.random() < 0.2,
        show_dtype=version in (Version.TF_2_8, Version.KERAS_3) and rng.random() < 0.1,
        rankdir=rng.choices(("TB", "LR"), (9, 1))[0],
        dpi=rng.choice((96, 200)) if version is Version.KERAS_3 else 96,
        font=rng.choice((fonts.TIMES, fonts.SERIF, fonts.SANS)),
    )


@attrs.frozen
class Drawn:
    """A Keras layer as the picture shows it: names, class, sizes (without the batch), and what it is of."""

    name: str
    cls: str
    inputs: tuple[int, ...]  # numbers of the layers drawn before it
    given: tuple[Size, ...]
    size: Size
    layer: Layer
    dtype: str = "float32"
    activation: str | None = None


def draw(net: Net, style: KerasStyle, endings: Sequence[str] = (".png",)) -> Picture:
    """Draw a checked net whose sizes are all known. Raises NotDrawable for what Keras has no layer for."""
    drawn = layers_of(net)
    if style.version is Version.KERAS_3 and is_chain(net):
        drawn = _without_input(drawn)  # a Sequential model's input is not drawn
    dot = Dot(_graph(style), {"shape": "record", "fontname": style.font})
    for one in drawn:
        dot.add(**_node(one, style))
    for number, one in enumerate(drawn):
        for source in dict.fromkeys(one.inputs):
            dot.join(source, number, **({"penwidth": "2"} if style.version is Version.KERAS_3 else {}))
    laid = lay_out(dot, _dpi(style, len(drawn)), endings)
    return Picture(laid.files, _truth(net, drawn, dot, laid, style))


class NotDrawable(Exception):
    """A routine cannot draw a net; the message says why."""


def is_chain(net: Net) -> bool:
    """Whether Keras would have a Sequential model of it."""
    values = [i.name for i in net.inputs] + [n.name for n in net.body]
    follows = all(n.inputs == (before,) for n, before in zip(net.body, values, strict=False))
    return len(net.inputs) == 1 and follows and net.outputs == (values[-1],)


def layers_of(net: Net) -> list[Drawn]:
    """The Keras layers of a net in order, inputs first."""
    made: list[Drawn] = []
    at: dict[str, int] = {}
    for given in net.inputs:
        size = _size(given.type)
        dtype = "int32" if given.type.kind is Kind.IDS else "float32"
        layer = Layer(given.name, INPUT, size=size)
        at[given.name] = len(made)
        made.append(Drawn(layer_name(given.name), "InputLayer", (), (size,), size, layer, dtype))
    types = net.types()
    for node in net.body:
        _add(node, types, made, at)
    return made


def _add(node: Node, types: Mapping[str, Type | None], made: list[Drawn], at: dict[str, int]) -> None:
    """Append the layers of a node; helpers come before the one that gives the result."""
    given = [_known(types[name], name) for name in node.inputs]
    ask = Ask(node.layer, tuple(given), _known(types[node.name], node.name), (False,) * len(given), False)
    if RULES.get(node.layer.op_name) is None:
        raise NotDrawable(f"Keras has no layer for {node.name}")
    planned = plan(ask)
    if not planned.steps:
        raise NotDrawable(f"Keras has no layer for {node.name}: {planned.cannot}")
    sizes = step_shapes(planned, [_size(t) for t in given], _size(ask.output))
    first = len(made)
    for step, size in zip(planned.steps, sizes, strict=True):
        sources = tuple(first + v if v >= 0 else at[node.inputs[-1 - v]] for v in step.values)
        made.append(_drawn(node, step, sources, [made[s] for s in sources], size))
    at[node.name] = len(made) - 1


def _drawn(node: Node, step: Step, sources: tuple[int, ...], before: Sequence[Drawn], size: Size) -> Drawn:
    inputs = tuple(d.layer.name for d in before)
    name = f"{node.name}_{step.role}" if step.role else node.name
    own = None if step.role else node.layer.op_name
    op = _SHOWN.get(step.layer.cls) or own or "opaque"
    if op == own:
        stated = _shown_by_size(node)
    else:
        stated = {"type": step.layer.cls} if op == "opaque" else {"filters": size[-1]} if "conv" in op else {}
    layer = Layer(name, op, inputs, stated, size)
    given = tuple(d.size for d in before)
    activation = _ACTIVATIONS.get(step.layer.cls)
    return Drawn(layer_name(name), step.layer.cls, sources, given, size, layer, activation=activation)


# What `show_layer_activations` prints for layers that have an activation.
_ACTIVATIONS = {
    **dict.fromkeys(("Conv1D", "Conv2D", "Conv3D", "Dense", "DepthwiseConv2D", "SeparableConv2D"), "linear"),
    **dict.fromkeys(("SimpleRNN", "LSTM", "GRU"), "tanh"),
}
# What a Keras class shows, whichever layer of the language it helps to make; of others see the layer itself.
_SHOWN = {
    f"{cls}{rank}D": f"{op}{rank}d"
    for cls, op in (
        ("ZeroPadding", "zeropad"),
        ("Cropping", "crop"),
        ("MaxPooling", "maxpool"),
        ("AveragePooling", "avgpool"),
        ("Conv", "conv"),
    )
    for rank in (1, 2, 3)
}


def _shown_by_size(node: Node) -> dict[str, Any]:
    """The hyper-parameters that the output size states: how many channels or units a layer gives."""
    stated = node.layer.attributes()
    return {name: stated[name] for name in ("filters", "units", "dim", "return_sequences") if name in stated}


def _truth(net: Net, drawn: Sequence[Drawn], dot: Dot, laid: Laid, style: KerasStyle) -> Truth:
    items = tuple(
        Item(box, text, (one.layer.name,))
        for box, text, one in zip(laid.boxes, laid.texts, drawn, strict=True)
    )
    pairs = zip(dot.edges, laid.edges, strict=True)
    arrows = tuple(Arrow(tail, head, lines) for (tail, head, _), lines in pairs)
    layers = tuple(_stated(one, style) for one in drawn)
    return Truth("keras", str(style), laid.drawing, items, arrows, layers, net.outputs, laid.scale)


def _stated(one: Drawn, style: KerasStyle) -> Layer:
    """The layer without what this style does not show."""
    label = one.name if style.show_layer_names else None
    if style.show_shapes:
        return attrs.evolve(one.layer, label=label)
    kept = {name: value for name, value in one.layer.attrs.items() if name == "type"}
    return attrs.evolve(one.layer, attrs=kept, size=None, label=label)


def _without_input(drawn: Sequence[Drawn]) -> list[Drawn]:
    _, *rest = drawn
    made = [attrs.evolve(one, inputs=tuple(i - 1 for i in one.inputs if i > 0)) for one in rest]
    made[0] = attrs.evolve(made[0], layer=attrs.evolve(made[0].layer, inputs=()))
    return made


def _graph(style: KerasStyle) -> dict[str, str]:
    made = {"rankdir": style.rankdir, "concentrate": "true"}
    return made | ({"splines": "ortho"} if style.version is Version.KERAS_3 else {})


def _dpi(style: KerasStyle, layers: int) -> float:
    """People ask for fewer dots where Keras 3's 200 an inch make a picture that nothing can show."""
    return 96 if layers > 12 else style.dpi


def _node(one: Drawn, style: KerasStyle) -> dict[str, str]:
    if style.version is Version.KERAS_3:
        return {"label": _table(one, style), "border": "0", "margin": "0"}
    return {"label": _RECORDS[style.version](one, style)}


def _record_2(one: Drawn, style: KerasStyle) -> str:
    label = escape_record(f"{one.name}: {one.cls}" if style.show_layer_names else one.cls)
    if not style.show_shapes:
        return label
    return f"{label}\\n|{_in_out(_several(one.given, '()'), _tuple(one.size))}"


def _record_2_4(one: Drawn, style: KerasStyle) -> str:
    label = escape_record(f"{one.name}: {one.cls}" if style.show_layer_names else one.cls)
    if not style.show_shapes:
        return label
    return f"{label}|{_in_out(*_listed(one))}"


def _record_2_8(one: Drawn, style: KerasStyle) -> str:
    label = escape_record(one.cls)
    if style.show_layer_activations and one.activation:
        label = f"{{{label}|{one.activation}}}"
    if style.show_layer_names:
        label = f"{escape_record(one.name)}|{label}"
    if style.show_dtype:
        label = f"{label}|{one.dtype}"
    return f"{{{label}}}|{_in_out(*_listed(one))}" if style.show_shapes else label


_RECORDS: dict[Version, Callable[[Drawn, KerasStyle], str]] = {
    Version.KERAS_2: _record_2,
    Version.TF_2_4: _record_2_4,
    Version.TF_2_8: _record_2_8,
}


def _in_out(given: str, gives: str) -> str:
    return f"{{input:|output:}}|{{{{{given}}}|{{{gives}}}}}"


def _listed(one: Drawn) -> tuple[str, str]:
    """Sizes as TensorFlow 2 has them: an input layer's in lists."""
    if one.cls == "InputLayer":
        return f"[{_tuple(one.size)}]", f"[{_tuple(one.size)}]"
    return _several(one.given, "[]"), _tuple(one.size)


def _several(sizes: Sequence[Size], brackets: str) -> str:
    if len(sizes) == 1:
        return _tuple(sizes[0])
    return "[" + ", ".join(map(_tuple, sizes)) + "]"


def _tuple(size: Size) -> str:
    return str((None, *size))


def _table(one: Drawn, style: KerasStyle) -> str:
    """Keras 3's label."""
    cells = _cells(one, style)
    span = max(1, 2 * style.show_shapes + style.show_dtype)
    title = f"<b>{escape_html(one.name)}</b> ({one.cls})" if style.show_layer_names else f"<b>{one.cls}</b>"
    rows = [f'<tr><td colspan="{span}" bgcolor="black">{_font(title, 16, "white")}</td></tr>']
    if style.show_layer_activations and one.activation:
        text = _font(f"Activation: <b>{one.activation}</b>", 14)
        rows.append(f'<tr><td bgcolor="white" colspan="{span}">{text}</td></tr>')
    if cells:
        rows.append("<tr>" + "".join(f'<td bgcolor="white">{_font(c, 14)}</td>' for c in cells) + "</tr>")
    head = '<table border="0" cellborder="1" bgcolor="black" cellpadding="10">'
    return f"<{head}{''.join(rows)}</table>>"


def _cells(one: Drawn, style: KerasStyle) -> list[str]:
    cells = []
    if style.show_shapes:
        if one.cls != "InputLayer":
            cells.append(f"Input shape: <b>{_several(one.given, '[]')}</b>")
        cells.append(f"Output shape: <b>{_tuple(one.size)}</b>")
    if style.show_dtype:
        cells.append(f"Output dtype: <b>{one.dtype}</b>")
    return cells


def _font(text: str, points: int, colour: str | None = None) -> str:
    ink = f' color="{colour}"' if colour else ""
    return f'<font point-size="{points}"{ink}>{text}</font>'


def _known(kind: Type | None, name: str) -> Type:
    if kind is None or not kind.is_concrete:
        raise NotDrawable(f"the size of {name} is not known")
    return kind


def _size(kind: Type) -> Size:
    return tuple(int(d) for d in kind.shape if isinstance(d, int))
