"""Sets: the same for the same seed, complete after any interruption, and what the manifest says is there."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.sets import made_set, truths

from dlc.cli.main import main
from dlc.diagnostics import DlcError, codes
from dlc.passes.check import check
from dlc.simulate import Settings
from dlc.simulate import sets as sets_module
from dlc.simulate.designs import table_design
from dlc.simulate.sets import simulate
from dlc.simulate.settings import Shard
from dlc.simulate.truth import Truth
from dlc.syntax import parse

SMALL = Settings(seed=5, per_depth=2, low=5, high=6)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made_set(tmp_path_factory.mktemp("sets") / "small", SMALL)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_every_design_comes_in_all_its_forms(small: Path) -> None:
    names = {p.name for p in (small / "05-00000").iterdir()}
    stem = "net_05_00000"
    assert {n for n in names if n.startswith(stem)} == {
        f"{stem}{ending}" for ending in (".dlnet", ".json", ".prototxt", ".keras.png", ".caffe.png")
    }
    module = parse((small / "05-00000" / f"{stem}.dlnet").read_text()).module
    assert check(module).ok
    assert module.nets[0] == table_design(5, 5, 0)


def test_the_manifest_leads_to_every_picture_and_its_truth(small: Path) -> None:
    found = truths(small)
    assert [e["id"] for e, _ in found] == [
        f"net_{d:02d}_{i:05d}.{s}" for d in (5, 6) for i in (0, 1) for s in ("keras", "caffe")
    ]
    for entry, truth in found:
        assert (small / entry["files"][".png"]).read_bytes().startswith(b"\x89PNG")  # type: ignore[index]
        assert (truth.source, truth.style) == (entry["source"], entry["style"])
        design = table_design(5, entry["depth"], int(str(entry["id"])[7:12]))  # type: ignore[arg-type]
        assert {layer.name for layer in truth.layers} >= {node.name for node in design.body}
        assert Truth.from_json(truth.json()) == truth


def test_one_seed_gives_one_set(small: Path, tmp_path: Path) -> None:
    assert contents(made_set(tmp_path / "again", SMALL)) == contents(small)


def test_another_seed_gives_another_set(small: Path, tmp_path: Path) -> None:
    other = made_set(tmp_path / "other", Settings(seed=6, per_depth=1, low=5, high=5))
    name = "05-00000/net_05_00000.dlnet"
    assert contents(other)[name] != contents(small)[name]


def test_processes_make_what_one_makes(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "parallel"
    folder.mkdir()
    assert simulate(folder, SMALL, jobs=2) == SMALL.pictures == 8
    assert contents(folder) == contents(small)


def test_a_run_that_was_stopped_goes_on(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "stopped"
    folder.mkdir()
    write = sets_module.write_shard

    def stop_at_six(place: Path, settings: Settings, shard: Shard) -> int:
        if shard.depth == 6:
            (place / f".{shard.name}.partial").mkdir()
            (place / f".{shard.name}.partial" / "half.png").write_bytes(b"half")
            raise KeyboardInterrupt
        return write(place, settings, shard)

    monkeypatch.setattr(sets_module, "write_shard", stop_at_six)
    with pytest.raises(KeyboardInterrupt):
        simulate(folder, SMALL)
    assert not (folder / "manifest.jsonl").exists()
    before = (folder / "05-00000" / "manifest.jsonl").stat().st_mtime_ns
    monkeypatch.undo()
    told: list[int] = []
    assert simulate(folder, SMALL, progress=told.append) == 8
    assert told == [4, 8]
    assert (folder / "05-00000" / "manifest.jsonl").stat().st_mtime_ns == before
    assert contents(folder) == contents(small)


def test_a_missing_shard_is_made_again(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(small, folder)
    shutil.rmtree(folder / "06-00000")
    simulate(folder, SMALL)
    assert contents(folder) == contents(small)


def test_large_depths_are_cut_into_shards() -> None:
    shards = list(Settings(seed=0, per_depth=125, low=7, high=8).shards())
    assert [(s.name, s.count) for s in shards] == [
        ("07-00000", 50),
        ("07-00050", 50),
        ("07-00100", 25),
        ("08-00000", 50),
        ("08-00050", 50),
        ("08-00100", 25),
    ]


@pytest.mark.parametrize(
    "other", [Settings(6, 2, 5, 6), Settings(5, 3, 5, 6), Settings(5, 2, 5, 6, ("keras",))]
)
def test_a_folder_with_another_set_is_left_alone(small: Path, other: Settings) -> None:
    before = contents(small)
    with pytest.raises(DlcError) as raised:
        simulate(small, other)
    assert [d.code for d in raised.value.diagnostics] == [codes.SET_DIFFERS]
    assert contents(small) == before


@pytest.mark.parametrize("text", ["", "{}", '{"format": "dlnet-simulation/9"}', "[1]"])
def test_settings_that_cannot_be_understood_are_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(DlcError) as raised:
        simulate(tmp_path, SMALL)
    assert [d.code for d in raised.value.diagnostics] == [codes.SET_DIFFERS]


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("dear")
    with pytest.raises(DlcError) as raised:
        simulate(tmp_path, SMALL)
    assert [d.code for d in raised.value.diagnostics] == [codes.SET_DIFFERS]
    assert [p.name for p in tmp_path.iterdir()] == ["thesis.tex"]


def test_the_command_tells_what_it_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["simulate", "--per-depth", "1", "--depth", "5", "--seed", "5", "-o", str(tmp_path / "set")]
    assert main([*words, "--sources", "caffe", "--vectors", "pdf,svg", "--jobs", "1", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["pictures"], told["sources"], told["vectors"]) == (1, ["caffe"], [".pdf", ".svg"])
    names = {p.suffix for p in (tmp_path / "set" / "05-00000").iterdir()}
    assert names == {".png", ".pdf", ".svg", ".dlnet", ".json", ".prototxt", ".jsonl"}


@pytest.mark.parametrize(
    "words",
    [
        ["--depth", "3..4"],
        ["--per-depth", "0"],
        ["--sources", "keras,tikz"],
        ["--sources", ","],
        ["--vectors", "eps"],
        ["--degraded", "2"],
        ["--jobs", "-1"],
    ],
)
def test_wrong_options_make_nothing(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words, "-o", str(tmp_path / "set")]) == 2
    assert "DLC0009" in capsys.readouterr().err
    assert not (tmp_path / "set").exists()


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ("pygraphviz", ["simulate", "-o", "set"]),
        ("matplotlib", ["simulate", "-o", "set"]),
        ("matplotlib", ["evaluate", "set"]),
        ("numpy", ["evaluate", "set"]),
    ],
)
def test_a_part_that_is_not_installed_is_told(missing: str, words: list[str], tmp_path: Path) -> None:
    """matplotlib is found without being imported, so its finder is told not to find it."""
    script = (
        "import sys, importlib.util as u; sys.modules[sys.argv[1]] = None; find = u.find_spec\n"
        "u.find_spec = lambda name, *rest: None if name == sys.argv[1] else find(name, *rest)\n"
        "from dlc.cli.main import main; sys.exit(main(sys.argv[2:]))"
    )
    command = [sys.executable, "-c", script, missing, *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert f"error[DLC0012]: {words[0][:-1]}ion needs {missing}: pip install 'dlnet[simulate]'" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert main(["simulate", "-o", str(tmp_path / "file" / "set")]) == 1
    assert "DLC0004" in capsys.readouterr().err
