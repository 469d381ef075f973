"""Evaluation: a perfect reader gets everything, and every fault costs what it should and no more."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest
from support.sets import checked_net, made_set
from support.true_reader import net_of

from dlc.cli.main import main
from dlc.diagnostics import DlcError, codes
from dlc.evaluate.entries import load_entries
from dlc.evaluate.figure6 import figure6
from dlc.evaluate.measure import Count, Measures, measure
from dlc.evaluate.reader import Reading, read
from dlc.evaluate.report import five_numbers, report, table
from dlc.evaluate.run import Task, run
from dlc.frontends.figure.drawing import Box, Drawing
from dlc.ir import Input, Net, Node, Origin
from dlc.layers import build
from dlc.simulate import Settings, caffe_style, keras_style
from dlc.simulate.caffe_style import CaffeStyle
from dlc.simulate.designs import table_design
from dlc.simulate.keras_style import KerasStyle
from dlc.simulate.truth import Item, Layer, Truth
from dlc.syntax import parse
from dlc.types import Kind, Type

READER = "support.true_reader:{}"


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_set(tmp_path_factory.mktemp("sets") / "small", Settings(seed=11, per_depth=1, low=5, high=8))


def keras(net: Net, shapes: bool = True) -> Truth:
    return keras_style.draw(net, KerasStyle(show_shapes=shapes)).truth


def caffe(net: Net) -> Truth:
    return caffe_style.draw(net, CaffeStyle()).truth


CHAIN = checked_net(
    "x = input map[9, 9, 3]\n a = conv2d(x, filters=4, kernel=3, padding=same)\n"
    " b = maxpool2d(a, kernel=3, stride=2)\n c = flatten(b)\n y = dense(c, units=5)"
)
BRANCHES = checked_net(
    "x = input map[9, 9, 3]\n a = conv2d(x, filters=4, kernel=3, padding=same)\n"
    " b = conv2d(a, filters=4, kernel=3, padding=same)\n c = conv2d(a, filters=4, kernel=1)\n"
    " d = concat(b, c)\n e = concat(d, a)\n f = flatten(e)\n y = dense(f, units=5)"
)


@pytest.mark.parametrize("draw", [keras, caffe])
@pytest.mark.parametrize("net", [CHAIN, BRANCHES, *(table_design(3, depth, 0) for depth in (5, 14, 40))])
def test_a_perfect_reading_is_exact(net: Net, draw: Callable[[Net], Truth]) -> None:
    truth = draw(net)
    read = measure(truth, Reading((net_of(truth),)))
    assert read.exact
    assert read.layers == Count(*[len(truth.layers)] * 3)
    assert read.triples.f1 == read.edges.accuracy == 1


def without(net: Net, name: str) -> Net:
    """The net with a layer left out and its readers fed by what fed it."""
    gone = next(n for n in net.body if n.name == name)
    body = tuple(
        attrs.evolve(n, inputs=tuple(gone.inputs[0] if i == name else i for i in n.inputs))
        for n in net.body
        if n is not gone
    )
    return attrs.evolve(net, body=body)


def changed(net: Net, name: str, change: Callable[[Node], Node]) -> Net:
    return attrs.evolve(net, body=tuple(change(n) if n.name == name else n for n in net.body))


def read_as(truth: Truth, change: Callable[[Net], Net]) -> Measures:
    return measure(truth, Reading((change(net_of(truth)),)))


def test_a_missing_layer_costs_itself_and_its_edges() -> None:
    made = read_as(caffe(CHAIN), lambda net: without(net, "b"))
    assert made.layers == Count(5, 4, 4)
    assert made.edges == Count(4, 3, 2)
    assert made.attributes == Count(8, 8, 5)
    assert not made.exact


def test_a_layer_too_much_costs_precision() -> None:
    extra = Node("extra", build("relu", {}), ("y",))
    made = read_as(keras(CHAIN), lambda net: attrs.evolve(net, body=(*net.body, extra)))
    assert made.layers == Count(5, 6, 5)
    assert made.edges == Count(4, 5, 4)
    assert (made.layers.accuracy, made.exact) == (pytest.approx(5 / 6), False)


def test_an_inferred_layer_costs_nothing() -> None:
    truth = keras(CHAIN)
    made = read_as(truth, lambda net: changed(net, "c", lambda n: attrs.evolve(n, inferred=True)))
    assert made.layers == Count(5, 4, 4)
    extra = Node("extra", build("relu", {}), ("b",), inferred=True)

    def insert(net: Net) -> Net:
        body = tuple(attrs.evolve(n, inputs=("extra",)) if n.name == "c" else n for n in net.body)
        return attrs.evolve(net, body=(*body, extra))

    assert read_as(truth, insert).exact


def test_a_wrong_operation_is_a_wrong_layer() -> None:
    wrong = build("avgpool2d", {"kernel": 3, "stride": 2})
    made = read_as(caffe(CHAIN), lambda net: changed(net, "b", lambda n: attrs.evolve(n, op=wrong)))
    assert made.layers == Count(5, 5, 4)
    assert made.edges == Count(4, 4, 2)


def test_a_wrong_number_costs_only_itself() -> None:
    wrong = build("dense", {"units": 6})
    made = read_as(caffe(CHAIN), lambda net: changed(net, "y", lambda n: attrs.evolve(n, op=wrong)))
    assert made.attributes == Count(8, 8, 7)
    assert (made.layers.accuracy, made.edges.accuracy, made.exact) == (1, 1, False)


@pytest.mark.parametrize(("padding", "right"), [("same", 8), (1, 8), ("valid", 7), ((1, 1, 1, 1), 8), (0, 7)])
def test_paddings_that_mean_the_same_are_the_same(padding: object, right: int) -> None:
    read = build("conv2d", {"filters": 4, "kernel": 3, "padding": padding})
    made = read_as(caffe(CHAIN), lambda net: changed(net, "a", lambda n: attrs.evolve(n, op=read)))
    assert made.attributes.right == right


def test_a_missing_edge_and_one_too_much() -> None:
    truth = keras(BRANCHES)
    missing = read_as(truth, lambda net: changed(net, "e", lambda n: attrs.evolve(n, inputs=("d",))))
    assert missing.layers.accuracy == 1
    assert missing.edges == Count(9, 8, 8)
    assert missing.triples == Count(9, 8, 8)
    extra = read_as(truth, lambda net: changed(net, "e", lambda n: attrs.evolve(n, inputs=("d", "a", "c"))))
    assert extra.edges == Count(9, 10, 9)


def test_a_turned_arrow_is_wrong() -> None:
    """Branches read in the wrong order: b and c are not told apart by what they are, but c feeds b here."""
    made = read_as(
        caffe(BRANCHES),
        lambda net: changed(net, "b", lambda n: attrs.evolve(n, inputs=("c",))),
    )
    assert made.layers.accuracy == 1
    assert made.edges == Count(9, 9, 8)


def test_triples_are_about_words() -> None:
    truth = keras(CHAIN)

    def renamed(net: Net) -> Net:
        return changed(
            net, "b", lambda n: attrs.evolve(n, origin=attrs.evolve(n.origin, text="b: MaxPoolingZD"))
        )

    assert read_as(truth, renamed).triples == Count(4, 4, 4)  # the layer still has its printed name

    def misread(net: Net) -> Net:
        text = attrs.evolve(net.body[1].origin, text="bb: MaxPoolingZD")
        body = tuple(
            attrs.evolve(n, name="bb", origin=text)
            if n.name == "b"
            else attrs.evolve(n, inputs=tuple("bb" if i == "b" else i for i in n.inputs))
            for n in net.body
        )
        return attrs.evolve(net, body=body)

    made = read_as(truth, misread)
    assert made.triples == Count(4, 4, 2)
    assert made.exact  # the network is right all the same


@pytest.mark.parametrize(
    ("text", "right"), [("3×3 conv, 8 + BN", 1), ("3x3 conv,8", 1), ("BN", 1), ("5x5 conv", 0), ("+", 0)]
)
def test_a_part_of_a_shared_box_is_a_layers_label(text: str, right: int) -> None:
    box = Box((0, 0, 9, 9))
    drawing = Drawing((0, 0, 30, 30), (box, attrs.evolve(box, area=(20, 20, 30, 30))))
    items = (Item(0, "3 × 3 conv, 8 + BN", ("a", "b")), Item(1, "ReLU", ("c",)))
    layers = (Layer("a", "conv2d"), Layer("b", "batchnorm", ("a",)), Layer("c", "relu", ("b",)))
    truth = Truth("paper", "2d-box", drawing, items, (), layers, ("c",))
    read = (
        Node("p", build("conv2d", {"filters": 8, "kernel": 3}), ("x",), origin=Origin(bbox=(0, 0, 9, 9))),
        Node("q", build("batchnorm", {}), ("p",), origin=Origin(text=text, bbox=(0, 0, 9, 9))),
        Node("r", build("relu", {}), ("q",), origin=Origin(text="ReLU", bbox=(20, 20, 30, 30))),
    )
    net = Net("n", (Input("x", Type(Kind.MAP, (8, 8, 3))),), read, ("r",))
    assert measure(truth, Reading((net,))).triples == Count(1, 1, right)


def test_sizes_count_where_they_are_stated() -> None:
    assert read_as(keras(CHAIN, shapes=False), lambda net: net).sizes == Count()
    made = read_as(keras(CHAIN), lambda net: changed(net, "y", lambda n: attrs.evolve(n, type=None)))
    assert made.sizes == Count(5, 5, 4)


def test_two_networks_for_one_are_too_many() -> None:
    truth = keras(CHAIN)
    net = net_of(truth)
    made = measure(truth, Reading((net, net)))
    assert made.layers == Count(5, 10, 5)
    assert not made.exact


def test_nothing_read_is_nothing_right() -> None:
    made = measure(keras(CHAIN), Reading())
    assert made.layers == Count(5, 0, 0)
    assert made.edges == Count(4, 0, 0)
    assert made.layers.accuracy == 0


def test_a_drawing_is_measured_where_it_is_told() -> None:
    truth = keras(CHAIN)
    seen = attrs.evolve(truth.drawing, boxes=truth.drawing.boxes[1:], labels=truth.drawing.labels[:3])
    made = measure(truth, Reading((net_of(truth),), seen))
    assert made.boxes == Count(5, 4, 4)
    assert made.labels == Count(len(truth.drawing.labels), 3, 3)


def test_other_units_are_converted() -> None:
    truth = keras(CHAIN)
    half = [tuple(v / 2 for v in b.area) for b in truth.drawing.boxes]
    boxes = tuple(attrs.evolve(b, area=a, front=a) for b, a in zip(truth.drawing.boxes, half, strict=True))
    seen = attrs.evolve(truth.drawing, boxes=boxes, unit="pt")
    assert measure(truth, Reading((), seen), scale=2.0).boxes == Count(5, 5, 5)


def outcomes(folder: Path, reader: str, **options: object) -> list[object]:
    task = Task(folder, READER.format(reader), **options)  # type: ignore[arg-type]
    return list(run(task, load_entries(folder, ".png")))


def test_a_set_is_read_and_summed_up(small: Path) -> None:
    made = report(outcomes(small, "sees"))  # type: ignore[arg-type]
    assert made["all"]["pictures"] == 8
    assert (made["all"]["layer_accuracy"], made["all"]["exact"], made["all"]["boxes_f1"]) == (1, 1, 1)
    assert set(made["by_source"]) == {"caffe", "keras"}
    assert list(made["by_depth"]) == ["05", "06", "07", "08"]
    assert made["all"]["seconds"]["mean"] > 0
    lines = table(made).splitlines()
    assert lines[-1].split()[:3] == ["all", "8", "100.00"]


def test_a_fault_shows_in_every_number(small: Path) -> None:
    made = report(outcomes(small, "forgets_the_last"))["all"]  # type: ignore[arg-type]
    counts = made["counts"]
    assert counts["layers"][0] - counts["layers"][2] == 8  # one a picture
    assert made["exact"] == 0
    assert made["layers_box"]["least"] < made["layers_box"]["mean"] < 1


@pytest.mark.parametrize(
    ("reader", "why"), [("fails", "ZeroDivisionError"), ("sleeps", "not done after 0.05 s")]
)
def test_a_reader_that_fails_has_read_nothing(small: Path, reader: str, why: str) -> None:
    made = report(outcomes(small, reader, limit=0.05))  # type: ignore[arg-type]
    assert made["all"]["failed"] == 8
    assert made["all"]["layer_accuracy"] == 0
    assert all(error.startswith(why) for error in made["errors"])


def test_processes_measure_what_one_measures(small: Path) -> None:
    task = Task(small, READER.format("forgets_the_last"))
    entries = 2 * load_entries(small, ".png")
    one, two = run(task, entries, 1), run(task, entries, 2)
    assert [attrs.evolve(o, seconds=0) for o in one] == [attrs.evolve(o, seconds=0) for o in two]


def test_a_reader_may_be_given_the_true_drawing(small: Path) -> None:
    task = Task(small, "dlc.evaluate.readers:from_true_drawing")
    made = report(run(task, load_entries(small, ".png")))
    assert (made["all"]["boxes_f1"], made["all"]["labels_f1"]) == (1, 1)
    assert made["errors"] == {}


def test_vector_forms_are_read(tmp_path: Path) -> None:
    vectors = Settings(5, 2, 6, 7, ("keras", "paper"), vectors=(".pdf",))
    task = Task(made_set(tmp_path / "set", vectors), "dlc.evaluate.readers:whole", ".pdf")
    made = report(run(task, load_entries(task.folder, ".pdf")))
    assert made["errors"] == {}
    assert made["all"]["labels_f1"] > 0.9


def test_blocks_and_repeats_are_written_out() -> None:
    text = "net n {\n x = input vector[4]\n y = x |> repeat 3 dense(units=4)\n output y\n}\n"
    reading = read(lambda data, name: parse(text).module, b"", "")
    assert [n.layer.op_name for n in reading.nets[0].body] == ["dense"] * 3


def test_figure_6_is_drawn(small: Path) -> None:
    files = figure6(outcomes(small, "forgets_the_last"))  # type: ignore[arg-type]
    assert files[".png"].startswith(b"\x89PNG")
    assert files[".svg"].count(b'<g id="axes_') == 4
    assert files == figure6(outcomes(small, "forgets_the_last"))  # type: ignore[arg-type]


def test_a_part_of_a_set_has_every_source(tmp_path: Path) -> None:
    line = '{"id": "%d", "depth": 5, "source": "%s", "style": "", "files": {".png": "x"}, "truth": "t", "offset": 0}'
    lines = [line % (n, ("keras", "caffe")[n % 2]) for n in range(40)]
    (tmp_path / "manifest.jsonl").write_text("\n".join(lines))
    for most in (4, 10, 20, 30, 40):
        found = load_entries(tmp_path, ".png", most)
        assert len({entry.id for entry in found}) == most
        assert {entry.source for entry in found} == {"keras", "caffe"}


def test_five_numbers() -> None:
    made = five_numbers([0.0, 1.0, 1.0, 0.5, 1.0])
    assert list(made.values()) == [0.0, 0.5, 1.0, 1.0, 1.0, 0.7]


def test_the_command_writes_its_results(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["evaluate", str(small), "--reader", READER.format("perfect"), "--jobs", "1", "--most", "4"]
    assert main([*words, "-o", str(tmp_path / "out")]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    assert printed.out.splitlines()[-1].split()[:2] == ["all", "4"]
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "evaluation.json",
        "readings.jsonl",
        "figure6.svg",
        "figure6.png",
    }
    made = json.loads((tmp_path / "out" / "evaluation.json").read_text())
    assert made["reader"] == READER.format("perfect")
    lines = (tmp_path / "out" / "readings.jsonl").read_text().splitlines()
    assert [json.loads(line)["exact"] for line in lines] == [True] * 4
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["all"]["exact"] == 1
    assert (small / "evaluation" / "evaluation.json").exists()


@pytest.mark.parametrize(
    ("words", "status", "code"),
    [
        (["--reader", "support.true_reader:nothing"], 1, codes.READER_UNKNOWN),
        (["--reader", "support.true_reader:READER"], 1, codes.READER_UNKNOWN),
        (["--reader", "support.true_reader:perfect", "--form", "pdf"], 1, codes.SET_MISSING),
        (["--most", "0"], 2, codes.USAGE),
        (["--limit", "0"], 2, codes.USAGE),
        (["--limit", "nan"], 2, codes.USAGE),
        (["--jobs", "-2"], 2, codes.USAGE),
    ],
)
def test_wrong_options_are_told(
    small: Path, words: list[str], status: int, code: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", str(small), *words]) == status
    assert f"[{code}]" in capsys.readouterr().err


def test_damage_is_told(tmp_path: Path) -> None:
    folder = made_set(tmp_path / "set", Settings(seed=1, per_depth=1, low=5, high=5, sources=("caffe",)))
    with pytest.raises(DlcError) as raised:
        load_entries(tmp_path, ".png")
    assert raised.value.diagnostics[0].code is codes.SET_MISSING
    (picture,) = folder.glob("05-00000/*.png")
    os.rename(picture, folder / "elsewhere.png")
    with pytest.raises(DlcError) as raised:
        outcomes(folder, "perfect")
    assert raised.value.diagnostics[0].code is codes.SET_DAMAGED
    os.rename(folder / "elsewhere.png", picture)
    (folder / "05-00000" / "truth.jsonl").write_text("{}\n")
    with pytest.raises(DlcError) as raised:
        outcomes(folder, "perfect")
    assert raised.value.diagnostics[0].code is codes.SET_DAMAGED
    (folder / "manifest.jsonl").write_text('{"id": 1}\n')
    with pytest.raises(DlcError) as raised:
        load_entries(folder, ".png")
    assert raised.value.diagnostics[0].code is codes.SET_DAMAGED
