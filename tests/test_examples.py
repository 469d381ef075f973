"""The nets in `examples/`: they check clean, are formatted, and have the sizes that are known of them."""

from pathlib import Path

import pytest

from dlc.cli.commands.summary import lines
from dlc.ir import Net
from dlc.passes.check import check
from dlc.passes.expand import ExpandBlocks
from dlc.syntax import format_text, parse
from dlc.types import total

FOLDER = Path(__file__).resolve().parents[1] / "examples"

# Numbers of weights; those of batch normalisation are four a channel, the two moving ones included.
PARAMETERS = {
    "alexnet": 60_965_224,  # the Caffe model zoo's
    "autoencoder": 241_441,
    "c3d": 79_991_015,
    "charcnn": 11_339_780,
    "crnn": 8_721_701,
    "densenet121": 8_062_504,  # keras.applications
    "googlenet": 6_998_552,  # the Caffe model zoo's, deploy
    "lenet": 431_080,  # Caffe's digits example
    "mlp": 669_706,  # Keras' digits example
    "mobilenet": 4_253_864,  # keras.applications
    "mobilenetv2": 3_538_984,  # keras.applications
    "resnet152": 60_192_808 + 2 * 75_712,  # torchvision's, which counts two of the four of batchnorm
    "resnet50": 25_557_032 + 2 * 26_560,  # likewise
    "sentiment": 2_691_713,  # Keras' IMDB example
    "squeezenet": 1_248_424,  # torchvision, version 1.0
    "tagger": 2_164_217,
    "two_inputs": 6_833,
    "unet": 31_030_658,
    "vgg16": 138_357_544,  # keras.applications
}
FILES = sorted(FOLDER.glob("*.dlnet"))


def read(file: Path) -> Net:
    """The only net of a file, blocks and repeats expanded, with types."""
    parsed = parse(file.read_text(encoding="utf-8"), file.name)
    assert parsed.diagnostics == ()
    checked = check(parsed.module)
    assert checked.diagnostics == ()
    flat = check(ExpandBlocks().run(checked.module).module)
    assert flat.diagnostics == ()
    (net,) = flat.module.nets
    return net


def test_the_list_of_sizes_is_complete() -> None:
    assert [f.stem for f in FILES] == sorted(PARAMETERS)


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_example(file: Path) -> None:
    net = read(file)
    assert net.name == file.stem
    assert total(*(line.parameters for line in lines(net))) == PARAMETERS[file.stem]


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.stem)
def test_example_is_formatted(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert format_text(text) == text


def test_depths_are_those_in_the_names() -> None:
    weighted = {"conv2d", "dense"}
    shortcuts = 4  # the projections are not counted
    for name, depth in (("resnet50", 50), ("resnet152", 152)):
        layers = [line.layer for line in lines(read(FOLDER / f"{name}.dlnet"))]
        assert sum(layer in weighted for layer in layers) - shortcuts == depth
