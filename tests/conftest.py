"""Fixtures that every test may use."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

os.environ.setdefault("KERAS_BACKEND", "torch")  # before anything imports Keras, whose default may be absent
ROOT = Path(__file__).resolve().parents[1]
EXPLORED = 20  # times as many examples as a test asks for

# The same examples in every run, whatever the machine's speed, so that a change fails by what it changes.
# Others are looked for by hand.
SPEED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("fixed", derandomize=True, database=None, print_blob=True, **SPEED)
settings.register_profile("explore", derandomize=False, print_blob=True, **SPEED)
settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`pytest --update-golden` writes the golden files anew."""
    parser.addoption("--update-golden", action="store_true", help="write the golden files anew")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With `--hypothesis-profile=explore` every property gets many examples, and others in each run."""
    if settings.get_current_profile_name() != "explore":
        return
    for test in {item.obj for item in items if isinstance(item, pytest.Function)}:
        asked = getattr(test, "_hypothesis_internal_use_settings", None)
        if asked is not None:
            more = settings(asked, max_examples=EXPLORED * asked.max_examples, derandomize=False)
            test._hypothesis_internal_use_settings = more


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of real papers and networks beside the project; tests that need it skip without it."""
    folder = ROOT.parent / "shared"
    if not (folder / "papers").is_dir():
        pytest.skip("the shared measurement material is not here")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, str], None]:
    """Compares a text with a golden file, or writes that file."""

    def check(file: Path, text: str) -> None:
        if request.config.getoption("--update-golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{file.name}: pytest --update-golden accepts this"

    return check
