"""Options of the command line about passes: verifying, printing, timing, and what becomes of blocks."""

import json
import re
from pathlib import Path

import pytest

from dlc.cli.main import main
from dlc.passes.pipeline import PIPELINE
from dlc.syntax import parse

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
RESNET = str(EXAMPLES / "resnet50.dlnet")
HOLES = """net n {
  i = input map[28, 28, 1]
  a = conv2d(i, filters=?, kernel=3)
  b = linear(a)
  y: vector[10] = dense(b, units=?)
  output y
}
"""


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    status = main(list(words))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_verify_each(capsys: pytest.CaptureFixture[str]) -> None:
    plain = run(capsys, RESNET, "--target", "keras")
    verified = run(capsys, RESNET, "--target", "keras", "--verify-each")
    assert verified == plain
    assert verified[0] == 0


def test_time_passes(capsys: pytest.CaptureFixture[str]) -> None:
    status, _, err = run(capsys, RESNET, "--target", "caffe", "--time-passes")
    assert status == 0
    names = re.findall(r"^([a-z-]+): \d+\.\d ms$", err, re.MULTILINE)
    assert names == [
        *(
            "expand-blocks",
            "fill-holes",
            "canonical-padding",
            "remove-no-ops",
            "merge-activations",
            "remove-dead",
        )
    ]


def test_print_after(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "n.dlnet"
    file.write_text(HOLES, encoding="utf-8")
    words = [str(file), "--target", "keras", "--holes", "default"]
    status, out, err = run(
        capsys, *words, "--print-after", "insert-flatten", "--print-after", "remove-no-ops"
    )
    assert status == 0
    assert "import keras" in out
    before, after = re.findall(r"# after ([a-z-]+)\n(net n \{\n(?:.*\n)*?\})", err)
    assert before[0] == "insert-flatten"
    assert "flatten = flatten(b) @ inferred" in before[1]
    assert "filters=?" in before[1]
    assert after[0] == "remove-no-ops"
    assert "flatten(a)" in after[1]
    assert "?" not in after[1]
    assert parse(after[1]).diagnostics == ()


def test_print_after_a_pass_that_there_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = run(capsys, RESNET, "--target", "keras", "--print-after", "rollup")
    assert (status, out) == (1, "")
    names = sorted({step.made.name for step in PIPELINE})
    assert f"error[DLC0009]: there is no pass rollup; there are {', '.join(names)}" in err


# Blocks.


def lines(capsys: pytest.CaptureFixture[str], *words: str) -> int:
    status, out, err = run(capsys, *words)
    assert status == 0, err
    return out.count("\n")


def test_the_author_s_blocks_stay(capsys: pytest.CaptureFixture[str]) -> None:
    kept = lines(capsys, RESNET, "--target", "keras")
    assert kept == lines(capsys, RESNET, "--target", "keras", "--blocks", "keep")
    assert kept == lines(capsys, RESNET, "--target", "keras", "--blocks", "auto")
    assert lines(capsys, RESNET, "--target", "keras", "--blocks", "expand") > 2 * kept


def test_a_flat_dlnet_file_stays_flat_unless_asked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    flat = tmp_path / "flat.dlnet"
    assert main([RESNET, "--blocks", "expand", "-o", str(flat)]) == 0
    assert parse(flat.read_text(encoding="utf-8")).module.blocks == ()
    as_it_is = lines(capsys, str(flat), "--target", "keras")
    assert as_it_is > 180
    assert lines(capsys, str(flat), "--target", "keras", "--blocks", "roll") < 80


def test_a_model_of_another_format_is_rolled_up(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    exported = tmp_path / "resnet.json"
    assert main([RESNET, "--target", "json", "-o", str(exported)]) == 0
    assert lines(capsys, str(exported), "--target", "keras") < 80
    assert lines(capsys, str(exported), "--target", "keras", "--blocks", "keep") > 180
    _, out, _ = run(capsys, str(exported), "--target", "dlnet")
    assert parse(out).module.blocks == ()  # what was read is written as it was read


def test_a_small_model_keeps_its_names(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    exported = tmp_path / "lenet.json"
    assert main([str(EXAMPLES / "lenet.dlnet"), "--target", "json", "-o", str(exported)]) == 0
    _, out, _ = run(capsys, str(exported), "--target", "keras")
    assert "def build_lenet" in out
    assert out.count("def ") == 1


def test_a_net_can_be_rolled_up_as_dlnet(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = run(capsys, str(EXAMPLES / "vgg16.dlnet"), "--blocks", "roll")
    assert status == 0
    assert "repeat count (conv2d(filters=filters, kernel=3, padding=1) |> relu)" in out


@pytest.mark.parametrize("asked", ["roll", "keep"])
def test_a_target_without_blocks(capsys: pytest.CaptureFixture[str], asked: str) -> None:
    status, out, err = run(capsys, RESNET, "--target", "caffe", "--blocks", asked)
    assert (status, out) == (2, "")
    assert f"error[DLC0009]: caffe has no blocks and repeats: with --blocks {asked} it can do nothing" in err


def test_findings_of_passes_are_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "n.dlnet"
    file.write_text(HOLES, encoding="utf-8")
    words = [str(file), "--target", "keras", "--holes", "default", "--json"]
    status, _, err = run(capsys, *words, "-o", str(tmp_path / "n.py"))
    assert status == 0
    shown = [json.loads(line) for line in err.splitlines() if line.startswith("{")]
    assert {d["code"] for d in shown} >= {"DLC0402"}
