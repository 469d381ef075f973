"""What each command prints, and what it says of a wrong command line."""

import json
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from support import flowcharts, pdfs
from support.command import LENET, names, run

from dlc.cli.arguments import COMMANDS
from dlc.frontends.look.marks import ARROW, NET, SURE

Capture = pytest.CaptureFixture[str]
SAMPLE = Path(__file__).resolve().parents[2] / "examples" / "paper" / "sample.pdf"


@pytest.fixture
def lenet(tmp_path: Path) -> Path:
    path = tmp_path / "lenet.dlnet"
    path.write_text(LENET)
    return path


@pytest.mark.parametrize("words", [("--help",), ("-h",), ("help",)])
def test_help_says_what_a_newcomer_needs(capsys: Capture, words: tuple[str, ...]) -> None:
    status, printed, said = run(capsys, *words)
    assert (status, said) == (0, "")
    assert printed.startswith("usage: dlc INPUT [-o OUT] [--target TARGET]")
    for word in (*COMMANDS, "paper.pdf", "keras", "caffe", "standard input", "exit status"):
        assert word in printed


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys: Capture, command: str) -> None:
    for words in ((command, "--help"), ("help", command)):
        status, printed, _ = run(capsys, *words)
        assert status == 0
        assert printed.startswith(f"usage: dlc {command}")


def test_no_words_at_all_get_help(capsys: Capture) -> None:
    status, printed, said = run(capsys)
    assert (status, printed) == (2, "")
    assert said.startswith("usage: dlc INPUT")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("x.dlnet", "--target", "kers"), "did you mean keras?"),
        (("x.dlnet", "--holes", "maybe"), "--holes: invalid choice"),
        (("x.dlnet", "--targt", "keras"), "did you mean --target?"),
        (("x.dlnet", "y.dlnet"), "y.dlnet is one argument too many"),
        (("chek", "x.dlnet"), "did you mean check?"),
        (("summary",), "INPUT is missing"),
        (("explain", "DLC9999"), "there is no code DLC9999"),
        (("layers", "conv2"), "did you mean conv2d?"),
        (("targets", "cafe"), "did you mean caffe?"),
        (("fuzz",), "--output is missing"),
        (("fuzz", "--depth", "9..5", "-o", "d"), "--depth 9..5 is no range"),
        (("fuzz", "--count", "0", "-o", "d"), "--count 0 is not positive"),
        (("fuzz", "--formats", "cobol", "-o", "d"), "there is no target cobol"),
        (("fuzz", "--formats", "json,keras-json", "-o", "d"), "two .json files"),
    ],
)
def test_a_wrong_command_line_is_told_what_is_right(
    capsys: Capture, words: tuple[str, ...], told: str
) -> None:
    status, printed, said = run(capsys, *words)
    assert (status, printed) == (2, "")
    assert "error[DLC0" in said
    assert told in said


def test_a_wrong_command_line_in_json(capsys: Capture) -> None:
    status, _, said = run(capsys, "x.dlnet", "--targt", "keras", "--json")
    assert status == 2
    assert json.loads(said)["code"] == "DLC0009"


def test_unknown_net_is_named(lenet: Path, capsys: Capture) -> None:
    status, _, said = run(capsys, lenet, "--net", "lenett")
    assert status == 1
    assert "DLC0008" in said
    assert "did you mean lenet?" in said


def test_check_takes_several_files(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    bad = tmp_path / "bad.dlnet"
    bad.write_text(LENET.replace("conv2d", "convd2"))
    status, printed, said = run(capsys, "check", bad, lenet, tmp_path / "nowhere.dlnet")
    assert status == 1
    assert printed == f"{lenet}: fine (1 net, 4 layers)\n"
    assert "bad.dlnet:3:19: error[DLC0203]" in said
    assert "error[DLC0001]" in said


def test_check_in_json(lenet: Path, capsys: Capture) -> None:
    status, printed, said = run(capsys, "check", lenet, "--json")
    assert (status, said) == (0, "")
    (row,) = json.loads(printed)
    assert (row["input"], row["nets"], row["layers"], row["errors"]) == (str(lenet), 1, 4, 0)


def test_warnings_count_when_check_is_strict(lenet: Path, capsys: Capture) -> None:
    lenet.write_text(LENET.replace("  output", "  unused = relu(image)\n  output"))
    assert run(capsys, "check", lenet)[0] == 0
    assert run(capsys, "check", "--strict", lenet)[0] == 1


def test_fmt_rewrites_in_place_and_check_only_tells(lenet: Path, capsys: Capture) -> None:
    ugly = LENET.replace("filters=20, kernel=5", "filters = 20,kernel=5").replace("net", "# mine\nnet", 1)
    lenet.write_text(ugly)
    status, printed, _ = run(capsys, "fmt", "--check", lenet)
    assert (status, printed) == (1, f"{lenet} would change\n")
    assert lenet.read_text() == ugly
    assert run(capsys, "fmt", lenet) == (0, "", "")
    assert lenet.read_text() == "# mine\n" + LENET
    assert run(capsys, "fmt", "--check", lenet) == (0, "", "")


def test_explain_takes_a_number_and_lists_all(capsys: Capture) -> None:
    page = run(capsys, "explain", "DLC0203")[1]
    assert page.startswith("# DLC0203: unknown layer\n")
    assert run(capsys, "explain", "203")[1] == page
    assert run(capsys, "explain", "dlc0203")[1] == page
    assert "DLC0203  unknown layer\n" in run(capsys, "explain")[1]


def test_list_says_what_a_paper_offers(capsys: Capture) -> None:
    status, printed, _ = run(capsys, "list", SAMPLE, "--json")
    rows = json.loads(printed)
    assert status == 0
    assert [(r["page"], r["kind"], r["number"], len(r["nets"])) for r in rows] == [
        (1, "table", "1", 1), (2, "table", "2", 2), (3, "table", "3", 0),
    ]  # fmt: skip
    assert all(r["confidence"] > 0.9 for r in rows[:2])
    assert rows[2]["confidence"] < 0.1
    assert all(n["layers"] > 10 and 0.5 < n["confidence"] <= 1 for r in rows for n in r["nets"])


def test_list_shows_figures_too_whatever_they_are(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "paper.pdf"
    boxes = ("Input", "conv 3x3, 16", "max pool 2x2", "conv 3x3, 32", "fc 10", "softmax")
    path.write_bytes(pdfs.pdf([flowcharts.chain("Figure 1: Architecture of the network.", boxes)]))
    status, printed, _ = run(capsys, "list", path)
    assert status == 0
    assert printed.splitlines()[1].split()[:4] == ["figure", "1", "1", "2d_box"]
    assert "figure_1 (" in printed
    path.write_bytes(pdfs.pdf([pdfs.table("Table 1: Results.", [("method", "error"), ("ours", "1.7")])]))
    status, printed, said = run(capsys, "list", path)
    assert (status, len(printed.splitlines())) == (0, 2)
    assert "warning[DLC0604]" in said


def test_summary_counts(lenet: Path, capsys: Capture) -> None:
    status, printed, _ = run(capsys, "summary", lenet, "--json")
    (net,) = json.loads(printed)
    assert status == 0
    assert net["parameters"] == 20 * 25 + 20 + 24 * 24 * 20 * 10 + 10
    assert net["multiply_adds"] == 24 * 24 * 20 * 25 + 24 * 24 * 20 * 10
    plain = run(capsys, "summary", lenet)[1]
    assert f"{net['parameters']:,}" in plain
    assert "map[24, 24, 20]" in plain


def test_look_draws_the_pages_where_something_was_read(tmp_path: Path, capsys: Capture) -> None:
    status, printed, _ = run(capsys, "look", SAMPLE, "-o", tmp_path / "seen")
    assert status == 0
    assert names(tmp_path / "seen") == ["sample-p1.png", "sample-p2.png"]
    assert printed.splitlines() == [str(tmp_path / "seen" / name) for name in names(tmp_path / "seen")]
    assert (tmp_path / "seen" / "sample-p1.png").read_bytes().startswith(b"\x89PNG")


def test_look_draws_one_figure_or_table_into_a_file(tmp_path: Path, capsys: Capture) -> None:
    path, out = tmp_path / "paper.pdf", tmp_path / "out.png"
    boxes = ("Input", "conv 3x3, 16", "max pool 2x2", "conv 3x3, 32", "fc 10", "softmax")
    page = flowcharts.chain("Figure 1: Architecture of the network.", boxes)
    path.write_bytes(
        pdfs.pdf([page, pdfs.table("Table 2: Results.", [("method", "error"), ("ours", "1.7")])])
    )
    for words in (("--figure", "1"), ("--table", "2")):
        assert run(capsys, "look", path, *words, "-o", out, "--scale", "3")[:2] == (0, f"{out}\n")
    status, _, said = run(capsys, "look", path, "--figure", "4", "-o", out)
    assert status == 1
    assert "there is no figure 4" in said
    assert "its figures are 1" in said


def test_look_colours_what_was_read(tmp_path: Path, capsys: Capture) -> None:
    """Readings that are sure are framed in green, arrows are traced in orange."""
    path, out = tmp_path / "paper.pdf", tmp_path / "out.png"
    boxes = ("Input", "conv 3x3, 16", "max pool 2x2", "conv 3x3, 32", "fc 10", "softmax")
    path.write_bytes(pdfs.pdf([flowcharts.chain("Figure 1: Architecture of the network.", boxes)]))
    run(capsys, "look", path, "--figure", "1", "-o", out)
    with Image.open(out) as picture:
        pixels = picture.convert("RGB")
        found = {colour for _, colour in pixels.getcolors(2**20)}
    for wanted in (SURE, ARROW, NET):
        assert any(max(abs(a - b) for a, b in zip(wanted, have, strict=True)) < 12 for have in found)


def test_look_at_what_is_not_there(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    status, _, said = run(capsys, "look", SAMPLE, "--page", "9", "-o", tmp_path / "seen")
    assert status == 1
    assert "nothing was read on page 9" in said
    status, _, said = run(capsys, "look", lenet)
    assert status == 1
    assert "DLC0005" in said
    assert names(tmp_path) == ["lenet.dlnet"]


def test_targets_say_what_they_can(capsys: Capture) -> None:
    assert "caffe-train" in run(capsys, "targets")[1]
    page = run(capsys, "targets", "keras")[1]
    assert page.splitlines()[0].split()[:2] == ["layer", "keras"]
    assert any(line.startswith("conv2d ") for line in page.splitlines())
    cells = json.loads(run(capsys, "targets", "caffe", "--json")[1])
    assert set(cells) == {"caffe"}
    assert cells["caffe"]["conv2d"]["support"] == "exact"


def test_layers_print_their_page(capsys: Capture) -> None:
    page = run(capsys, "layers", "conv2d")[1]
    assert page.startswith("conv2d: map -> map\n")
    assert "number of output channels" in page
    assert "no attributes" in run(capsys, "layers", "flatten")[1]
    assert set(json.loads(run(capsys, "layers", "dense", "--json")[1])) == {"dense"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_knows_commands_and_options(capsys: Capture, shell: str) -> None:
    status, script, _ = run(capsys, "completion", shell)
    assert status == 0
    for word in ("summary", "--target", "keras-json"):
        assert word in script


def test_completion_works_in_bash(tmp_path: Path, capsys: Capture) -> None:
    script = tmp_path / "dlc.bash"
    script.write_text(run(capsys, "completion", "bash")[1])

    def complete(*words: str) -> set[str]:
        line = f"COMP_WORDS=({' '.join(map(repr, words))}); COMP_CWORD={len(words) - 1}"
        text = f'source {script}; {line}; _shtab_dlc; printf "%s\\n" "${{COMPREPLY[@]}}"'
        done = subprocess.run(["bash", "-c", text], capture_output=True, text=True, check=True, cwd=tmp_path)
        return set(done.stdout.split())

    assert complete("dlc", "su") == {"summary"}
    assert "--target" in complete("dlc", "compile", "--ta")
    assert complete("dlc", "compile", "--target", "keras") == {"keras", "keras-json"}
    assert "dlc.bash" in complete("dlc", "check", "dl")


def test_a_paper_may_come_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    with SAMPLE.open("rb") as stream:
        monkeypatch.setattr("sys.stdin", type("Stdin", (), {"buffer": stream}))
        status, printed, _ = run(capsys, "list", "-")
    assert status == 0
    assert "meternet_18" in printed


def test_holes_are_refused_until_defaults_are_accepted(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    lenet.write_text(LENET.replace("kernel=5", "kernel=?"))
    out = tmp_path / "lenet.py"
    status, _, said = run(capsys, lenet, "-o", out)
    assert status == 1
    assert "DLC0401" in said
    assert "--holes default" in said
    assert not out.exists()
    status, _, said = run(capsys, lenet, "-o", out, "--holes", "default")
    assert status == 0
    assert "DLC0402" in said
    assert "kernel" in out.read_text().split("import", 1)[0], "the default is listed at the file's head"


def test_a_caption_in_another_encoding_is_no_obstacle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    path = tmp_path / "sheet.pdf"
    rows = [("layer", "size"), ("conv 3x3, 16", "32x32"), ("pool 2x2 (max)", "16x16"), ("fc-10", "1x1")]
    path.write_bytes(pdfs.pdf([pdfs.table("Table 1: Our architecture \xe0 la mode.", rows)]))
    status, printed, _ = run(capsys, "list", path)
    assert status == 0
    assert len(printed.splitlines()) == 2
