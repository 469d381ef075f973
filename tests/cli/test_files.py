"""Bad files and bad command lines: a coded message, the right exit status, nothing written."""

from pathlib import Path

import pytest

from dlc.cli.main import main

Capture = pytest.CaptureFixture[str]
CaptureBytes = pytest.CaptureFixture[bytes]
Patch = pytest.MonkeyPatch

LENET = """net lenet {
  image = input map[28, 28, 1]
  prob = image |> conv2d(filters=20, kernel=5) |> flatten |> dense(units=10) |> softmax
  output prob
}
"""


@pytest.fixture
def lenet(tmp_path: Path) -> Path:
    path = tmp_path / "lenet.dlnet"
    path.write_text(LENET)
    return path


def run(capsys: Capture, *words: object) -> tuple[int, str, str]:
    status = main([str(word) for word in words])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.dlnet", None, "DLC0001"),
        ("empty.dlnet", b"", "DLC0003"),
        ("blank.pdf", b" \n ", "DLC0003"),
        ("latin.dlnet", b"net caf\xe9 {}", "DLC0006"),
        ("net.xyz", b"net n {}", "DLC0005"),
        ("noise.pdf", b"%PDF-1.7 but nothing else", "DLC0601"),
        ("broken.json", b'{"format": "dlnet-json/1", ', "DLC0701"),
    ],
)
def test_bad_input_is_coded(
    tmp_path: Path, capsys: Capture, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    out = tmp_path / "out.py"
    status, printed, said = run(capsys, path, "--target", "keras", "-o", out)
    assert status == 1
    assert code in said
    assert "Traceback" not in said
    assert printed == ""
    assert not out.exists()


def test_a_directory_is_no_input(tmp_path: Path, capsys: Capture) -> None:
    status, _, said = run(capsys, tmp_path)
    assert status == 1
    assert "DLC0002" in said


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("x.dlnet", "--target", "cobol"),
        ("x.dlnet", "--holes", "maybe"),
        ("explain", "DLC9999"),
        ("layers", "conv2"),
        ("fuzz", "--depth", "9..5", "-o", "d"),
        ("fuzz", "--formats", "cobol", "-o", "d"),
    ],
)
def test_bad_command_lines_exit_with_2(capsys: Capture, words: tuple[str, ...]) -> None:
    status, printed, said = run(capsys, *words)
    assert status == 2
    assert "DLC" in said
    assert printed == ""


def test_unwritable_output_leaves_nothing(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    out = tmp_path / "no" / "such" / "folder.py"
    status, _, said = run(capsys, lenet, "--target", "keras", "-o", out)
    assert status == 1
    assert "DLC0004" in said
    assert str(out) in said
    assert sorted(p.name for p in tmp_path.iterdir()) == ["lenet.dlnet"]


def test_unknown_net_is_named(lenet: Path, capsys: Capture) -> None:
    status, _, said = run(capsys, lenet, "--net", "lenett")
    assert status == 1
    assert "DLC0008" in said
    assert "lenet" in said


def test_target_follows_the_output(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    for ending, mark in ((".py", "import keras"), (".prototxt", "layer {"), (".json", "dlnet-json/1")):
        out = tmp_path / f"out{ending}"
        status, _, said = run(capsys, lenet, "-o", out)
        assert (status, said) == (0, "")
        assert mark in out.read_text()


def test_several_nets_need_a_directory(tmp_path: Path, capsys: Capture) -> None:
    both = tmp_path / "both.dlnet"
    both.write_text(LENET + LENET.replace("lenet", "second"))
    status, _, said = run(capsys, both, "--target", "keras")
    assert status == 2
    assert "lenet, second" in said
    status, _, _ = run(capsys, both, "--target", "keras", "-o", tmp_path / "out")
    assert status == 0
    assert sorted(p.name for p in (tmp_path / "out").iterdir()) == ["lenet.py", "second.py"]


def test_standard_input_and_output(lenet: Path, monkeypatch: Patch, capfdbinary: CaptureBytes) -> None:
    with lenet.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert main(["-", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"net lenet {")


def test_holes_are_refused_until_defaults_are_accepted(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "holey.dlnet"
    path.write_text(LENET.replace("kernel=5", "kernel=?"))
    out = tmp_path / "holey.py"
    status, _, said = run(capsys, path, "-o", out)
    assert status == 1
    assert "DLC0401" in said
    assert "--holes default" in said
    assert not out.exists()
    status, _, said = run(capsys, path, "-o", out, "--holes", "default")
    assert status == 0
    assert "DLC0402" in said
    assert "kernel" in out.read_text().split("import", 1)[0], "the default is listed at the file's head"


def test_check_reports_every_error(tmp_path: Path, capsys: Capture) -> None:
    lines = "\n".join(f"  l{i} = conv2d(image, filters={i}, kernel=0)" for i in range(1, 51))
    path = tmp_path / "fifty.dlnet"
    path.write_text(f"net n {{\n  image = input map[8, 8, 1]\n{lines}\n  output l50\n}}\n")
    status, _, said = run(capsys, "check", path)
    assert status == 1
    assert said.count("DLC0206") == 50


def test_a_cycle_is_named(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "cycle.dlnet"
    path.write_text("net n {\n  i = input map[8, 8, 1]\n  a = add(i, b)\n  b = relu(a)\n  output b\n}\n")
    status, _, said = run(capsys, "check", path)
    assert status == 1
    assert "DLC0208" in said
