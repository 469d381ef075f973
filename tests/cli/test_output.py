"""Where results go: whole or not at all, and what happens when they cannot go there."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.command import DLC, LENET, names, run

from dlc.cli.output import staged, write_all
from dlc.diagnostics import DlcError

Capture = pytest.CaptureFixture[str]
CaptureBytes = pytest.CaptureFixture[bytes]
Patch = pytest.MonkeyPatch

TWO = LENET + LENET.replace("lenet", "second")


@pytest.fixture
def lenet(tmp_path: Path) -> Path:
    path = tmp_path / "lenet.dlnet"
    path.write_text(LENET)
    return path


def test_target_follows_the_output(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    for ending, mark in ((".py", "import keras"), (".prototxt", "layer {"), (".json", "dlnet-json/1")):
        out = tmp_path / f"out{ending}"
        assert run(capsys, lenet, "-o", out) == (0, "", "")
        assert mark in out.read_text()


def test_json_tells_which_files(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    out = tmp_path / "train.prototxt"
    status, printed, _ = run(capsys, lenet, "-o", out, "--target", "caffe-train", "--json")
    assert status == 0
    files = [str(out), str(tmp_path / "train_solver.prototxt")]
    assert printed.split() == ["{", '"files":', "[", f'"{files[0]}",', f'"{files[1]}"', "]", "}"]
    assert all(Path(file).is_file() for file in files)


def test_standard_input_and_output(lenet: Path, monkeypatch: Patch, capfdbinary: CaptureBytes) -> None:
    from dlc.cli.main import main

    with lenet.open() as stream:
        monkeypatch.setattr("sys.stdin", stream)
        assert main(["-", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out.startswith(b"net lenet {")


def test_several_nets_go_into_a_directory(tmp_path: Path, capsys: Capture) -> None:
    both = tmp_path / "both.dlnet"
    both.write_text(TWO)
    for out in ((), ("-o", tmp_path / "out.py")):
        status, printed, said = run(capsys, both, "--target", "keras", *out)
        assert (status, printed) == (2, "")
        assert "2 nets (lenet, second)" in said
        assert "--net NAME" in said
    assert run(capsys, both, "--target", "keras", "-o", tmp_path / "out") == (0, "", "")
    assert names(tmp_path / "out") == ["lenet.py", "second.py"]
    assert run(capsys, both, "-o", f"{tmp_path}/text/") == (0, "", "")
    assert names(tmp_path / "text") == ["both.dlnet"]


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (["diff", "", ""], "--net-a NAME"),
        (["verify", "", ""], "--net-a NAME"),
        (["convert", "", "--net", "", "--target", "keras", "-o", "net.py"], "--name NAME"),
    ],
    ids=["diff", "verify", "convert"],
)
def test_where_one_net_is_meant_several_are_named(
    tmp_path: Path, capsys: Capture, words: list[str], option: str
) -> None:
    both = tmp_path / "both.dlnet"
    both.write_text(TWO)
    status, _, said = run(capsys, *(word or both for word in words))
    assert status == 2
    assert "both.dlnet holds 2 nets (lenet, second)" in said
    assert f"{option} says which" in said


def test_nets_of_like_names_do_not_overwrite_each_other(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "two.dlnet"
    path.write_text(LENET.replace("net lenet", 'net "a/b"') + LENET.replace("net lenet", 'net "a b"'))
    assert run(capsys, path, "--target", "keras", "-o", f"{tmp_path}/out/")[0] == 0
    assert names(tmp_path / "out") == ["a_b.py", "a_b_2.py"]


def test_a_directory_takes_one_net_by_its_name(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    (tmp_path / "out").mkdir()
    assert run(capsys, lenet, "--target", "keras", "-o", tmp_path / "out")[0] == 0
    assert names(tmp_path / "out") == ["lenet.py"]


def test_the_input_is_not_overwritten(lenet: Path, capsys: Capture) -> None:
    status, _, said = run(capsys, lenet, "-o", lenet)
    assert status == 2
    assert "dlc fmt" in said
    assert lenet.read_text() == LENET


def test_unwritable_output_leaves_nothing(tmp_path: Path, lenet: Path, capsys: Capture) -> None:
    out = tmp_path / "no" / "such" / "folder.py"
    status, _, said = run(capsys, lenet, "--target", "keras", "-o", out)
    assert status == 1
    assert "DLC0004" in said
    assert f"there is no folder {out.parent}" in said
    assert names(tmp_path) == ["lenet.dlnet"]


def test_nothing_is_written_when_one_net_of_several_fails(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "both.dlnet"
    path.write_text(TWO.replace("units=10", "units=?", 1))
    status, _, said = run(capsys, path, "--target", "caffe", "-o", f"{tmp_path}/out/")
    assert status == 1
    assert "DLC0401" in said
    assert names(tmp_path) == ["both.dlnet"]


@pytest.mark.parametrize("target", ["out.py", "later.py"])
def test_several_files_appear_all_or_none(tmp_path: Path, target: str) -> None:
    """Also where the last one cannot be moved to its place, after the others have been."""
    (tmp_path / "out.py").write_text("old\n")
    (tmp_path / "locked.py").mkdir()
    before = names(tmp_path)
    with pytest.raises(DlcError):
        write_all({tmp_path / target: "new\n", tmp_path / "locked.py": "new\n"})
    assert names(tmp_path) == before
    assert (tmp_path / "out.py").read_text() == "old\n"


def test_a_move_that_fails_is_undone(tmp_path: Path, monkeypatch: Patch) -> None:
    (tmp_path / "a.py").write_text("old a\n")
    move = os.replace

    def fail_for_c(source: Path, place: Path) -> None:
        if Path(place).name == "c.py":
            raise PermissionError(1, "not permitted", str(place))
        move(source, place)

    monkeypatch.setattr("os.replace", fail_for_c)
    with pytest.raises(DlcError, match=r"c\.py cannot be written: not permitted"):
        write_all({tmp_path / name: "new\n" for name in ("a.py", "b.py", "c.py")})
    assert names(tmp_path) == ["a.py"]
    assert (tmp_path / "a.py").read_text() == "old a\n"


def test_links_and_permissions_of_what_is_replaced_stay(tmp_path: Path) -> None:
    real, link = tmp_path / "real.py", tmp_path / "link.py"
    real.write_text("old\n")
    real.chmod(0o640)
    link.symlink_to(real)
    write_all({link: "new\n"})
    assert link.is_symlink()
    assert real.read_text() == "new\n"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_folder_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    def fill() -> None:
        with staged(tmp_path / "set") as place:
            (place / "one").write_text("1")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fill()
    assert names(tmp_path) == []


def test_a_full_device_is_coded(lenet: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with open("/dev/full", "wb") as full:
        done = subprocess.run([*DLC, lenet], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 1
    assert "error[DLC0004]: standard output cannot be written: no space left" in done.stderr


@pytest.mark.parametrize("words", [("layers",), ("--help",), ("explain",), ("check", "nowhere.dlnet")])
def test_a_reader_that_goes_away_is_no_error_to_speak_of(words: tuple[str, ...]) -> None:
    """As in `dlc layers | head -1`: nothing is said, and the status is that of a broken pipe."""
    process = subprocess.Popen([*DLC, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    if words[0] == "check":
        process.stderr.close()
        assert process.wait(60) == 141
        return
    assert process.stderr.read() == b""
    assert process.wait(60) == 141


def test_an_interrupt_ends_quietly_and_leaves_nothing(tmp_path: Path) -> None:
    words = ["fuzz", "--count", "100000", "--depth", "5", "-o", str(tmp_path / "set")]
    # A shell's background jobs ignore interrupts, and so would what they start.
    process = subprocess.Popen(
        [*DLC, *words], stderr=subprocess.PIPE, text=True, preexec_fn=_hears_interrupts
    )
    deadline = time.monotonic() + 60
    while not list(tmp_path.glob("set/.*/*.dlnet")) and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "interrupted\n")
    assert names(tmp_path / "set") == []


def _hears_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def on_terminal(*words: str) -> str:
    """What a command says on a terminal."""
    pty = pytest.importorskip("pty")
    ours, theirs = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen([*DLC, *words], stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    said = b""
    try:
        while piece := os.read(ours, 4096):
            said += piece
    except OSError:  # how Linux tells the end
        pass
    os.close(ours)
    process.wait(60)
    return said.decode()


def test_a_terminal_gets_colours_and_progress_and_a_pipe_does_not(tmp_path: Path, lenet: Path) -> None:
    lenet.write_text(LENET.replace("conv2d", "convd2"))
    assert "\x1b[1;31merror[DLC0203]" in on_terminal("check", str(lenet))
    words = ("fuzz", "--count", "40", "--depth", "5", "-o", str(tmp_path / "set"))
    assert "nets" in on_terminal(*words).split("40 nets")[0]
    done = subprocess.run([*DLC, *words], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "\x1b" not in done.stdout


def test_types_are_shown_whole_on_a_terminal(lenet: Path) -> None:
    """The drawing of tables would take `[h]` for a colour."""
    lenet.write_text("net n {\n  x = input vector[h]\n  y = relu(x)\n  output y\n}\n")
    assert "vector[h]" in on_terminal("summary", str(lenet))


def test_notes_past_the_first_few_are_counted(tmp_path: Path, capsys: Capture) -> None:
    rows = "".join(
        f"  c{n}: map[9, 9, 4] = conv2d({f'c{n - 1}' if n else 'image'}, filters=4, kernel=3, padding=?)\n"
        for n in range(12)
    )
    path = tmp_path / "open.dlnet"
    path.write_text(f"net open {{\n  image = input map[9, 9, 1]\n{rows}  output c11\n}}\n")
    words = (path, "-o", tmp_path / "open.py", "--holes", "default")
    _, _, brief = run(capsys, *words)
    _, _, whole = run(capsys, *words, "--all-notes")
    _, _, listed = run(capsys, *words, "--json")
    assert brief.count("note[") == 8
    assert brief.endswith("4 more notes: --all-notes shows them\n")
    assert whole.count("note[") == listed.count('"severity": "note"') == 12
