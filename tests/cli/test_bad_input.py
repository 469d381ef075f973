"""Bad input of every sort: a coded message at its place, exit status 1, nothing written, memory bounded."""

from pathlib import Path

import pytest
from support import pdfs
from support.command import LENET, names, run, run_within

Capture = pytest.CaptureFixture[str]

NET = (
    ("layer", "filter size", "stride", "output"),
    ("conv1", "3 x 3, 16", "1", "32 x 32 x 16"),
    ("max pool", "2 x 2", "2", "16 x 16 x 16"),
    ("conv2", "3 x 3, 32", "1", "16 x 16 x 32"),
    ("max pool", "2 x 2", "2", "8 x 8 x 32"),
    ("fc", "10", "", "10"),
    ("softmax", "", "", "10"),
)
CAPTION = "Table 1: The architecture of our network."
DESIGN = pdfs.pdf([pdfs.table(CAPTION, NET)])
RESULTS = pdfs.table(
    "Table 1: Results on the test set.", [("method", "accuracy"), ("ours", "93.1"), ("theirs", "91.0")]
)
PROSE = [f"Line {i} of prose about nothing in particular, as papers have it." for i in range(45)]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("missing.dlnet", None, "DLC0001"),
        ("missing.pdf", None, "DLC0001"),
        ("empty.dlnet", b"", "DLC0003"),
        ("empty.pdf", b"", "DLC0003"),
        ("blank.pdf", b" \n ", "DLC0003"),
        ("net.xyz", b"net n {}", "DLC0005"),
        ("latin.dlnet", b"net caf\xe9 {}", "DLC0006"),
        ("noise.dlnet", bytes(range(256)) * 40, "DLC0006"),
        ("wide.dlnet", LENET.encode("utf-16"), "DLC0006"),
        ("wide_without_mark.dlnet", LENET.encode("utf-16-le"), "DLC0006"),
        ("noise.pdf", bytes(range(256)) * 40, "DLC0601"),
        ("head_only.pdf", b"%PDF-1.7 but nothing else", "DLC0601"),
        ("cut_off.pdf", DESIGN[: len(DESIGN) // 2], "DLC0601"),
        ("no_pages.pdf", pdfs.pdf([]), "DLC0601"),
        ("locked.pdf", pdfs.locked(), "DLC0602"),
        ("scan.pdf", pdfs.scan(3), "DLC0603"),
        ("prose.pdf", pdfs.pdf([pdfs.text(PROSE)]), "DLC0604"),
        ("results.pdf", pdfs.pdf([RESULTS]), "DLC0604"),
        ("results.csv", b"method,accuracy\nours,93.1\ntheirs,91.0\n", "DLC0604"),
        ("only_a_mark.dlnet", b"\xef\xbb\xbf", "DLC0003"),
        ("only_a_comment.dlnet", b"# nothing yet\n", "DLC0604"),
        ("broken.json", b'{"format": "dlnet-json/1", ', "DLC0701"),
    ],
)
def test_bad_input_is_coded(
    tmp_path: Path, capsys: Capture, name: str, content: bytes | None, code: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    before = names(tmp_path)
    status, printed, said = run(capsys, path, "--target", "keras", "-o", tmp_path / "out.py")
    assert status == 1
    assert f"error[{code}]" in said
    assert name in said
    assert "Traceback" not in said
    assert printed == ""
    assert names(tmp_path) == before


@pytest.mark.parametrize("command", ["compile", "check", "list", "summary", "look", "fmt"])
def test_every_command_takes_bad_input_alike(tmp_path: Path, capsys: Capture, command: str) -> None:
    for path in (tmp_path / "nowhere.dlnet", tmp_path):
        status, printed, said = run(capsys, command, path)
        assert (status, printed) == (1, "")
        assert "DLC0001" in said or "DLC0002" in said


def test_utf_16_is_named(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "wide.dlnet"
    path.write_bytes(LENET.encode("utf-16"))
    assert "it is UTF-16" in run(capsys, "check", path)[2]


def test_the_design_that_bad_papers_are_made_from_is_read(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "design.pdf"
    path.write_bytes(DESIGN)
    out = tmp_path / "design.py"
    status, _, said = run(capsys, path, "-o", out, "--holes", "default")
    assert status == 0, said
    assert out.read_text().count("layers.Conv2D(") == 2


def test_a_broken_row_costs_a_warning_and_not_the_table(tmp_path: Path, capsys: Capture) -> None:
    rows = [*NET[:3], ("squeeze gate", "7 x", "?", "16 x 16 x 32"), *NET[4:]]
    path = tmp_path / "row.pdf"
    path.write_bytes(pdfs.pdf([pdfs.table(CAPTION, rows)]))
    status, printed, said = run(capsys, path)
    assert status == 0
    assert printed.count("maxpool2d") == 2
    assert "page 1, table 1" in said
    assert "warning[DLC0605]" in said
    assert "squeeze gate" in said


def test_a_paper_of_300_pages_is_read_to_its_end(tmp_path: Path) -> None:
    pages = [pdfs.text(PROSE)] * 299
    path = tmp_path / "thesis.pdf"
    path.write_bytes(pdfs.pdf([*pages, pdfs.table(CAPTION, NET)]))
    status, printed, said = run_within(1024, "list", path, "--json")
    assert (status, said) == (0, "")
    assert '"page": 300' in printed


def test_a_file_of_100_000_layers_is_compiled(tmp_path: Path) -> None:
    count = 100_000
    lines = [f"  x{i} = dense(x{i - 1}, units=8)\n" for i in range(1, count + 1)]
    path = tmp_path / "long.dlnet"
    path.write_text(f"net long {{\n  x0 = input vector[8]\n{''.join(lines)}  output x{count}\n}}\n")
    status, printed, said = run_within(1536, "check", path)
    assert (status, said) == (0, "")
    assert "100,000 layers" in printed


def test_an_input_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "huge.dlnet"
    with path.open("wb") as stream:
        stream.truncate(2**33)
    status, _, said = run_within(1024, "check", path)
    assert status == 1
    assert "DLC0010" in said


def test_all_of_50_errors_are_reported_in_order(tmp_path: Path, capsys: Capture) -> None:
    lines = "\n".join(f"  l{i} = conv2d(image, filters={i}, kernel=0)" for i in range(1, 51))
    path = tmp_path / "fifty.dlnet"
    path.write_text(f"net n {{\n  image = input map[8, 8, 1]\n{lines}\n  output l50\n}}\n")
    status, _, said = run(capsys, "check", path)
    assert status == 1
    assert said.count("DLC0206") == 50
    places = [line for line in said.splitlines() if "error[" in line]
    assert [int(line.split(":")[1]) for line in places] == list(range(3, 53))
    assert said.splitlines()[-1] == "50 errors"


def test_a_cycle_is_named_with_its_layers(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "cycle.dlnet"
    path.write_text("net n {\n  i = input map[8, 8, 1]\n  a = add(i, b)\n  b = relu(a)\n  output b\n}\n")
    status, _, said = run(capsys, "check", path)
    assert status == 1
    assert "cycle.dlnet:3:" in said
    assert "error[DLC0208]: layers form a cycle: a <- b <- a" in said
