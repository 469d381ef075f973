"""Fonts that pictures are set in: those of installed wheels only, so that a seed gives one set everywhere.

matplotlib carries DejaVu (sans, serif, mono), STIX (which looks like Times) and Computer Modern as
TrueType files; it is found without being imported. A machine's own fonts are never used.
"""

from __future__ import annotations

import importlib.util
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Families with all of ASCII, by which Graphviz sets its labels.
SERIF, SANS, MONO = "DejaVu Serif", "DejaVu Sans", "DejaVu Sans Mono"
TIMES = "STIXGeneral"

_CONFIGURATION = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{fonts}</dir>
  <cachedir>{cache}</cachedir>
</fontconfig>
"""


def _folder() -> Path:
    found = importlib.util.find_spec("matplotlib")
    places = found.submodule_search_locations if found else None
    if not places:
        raise ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib")
    return Path(next(iter(places))) / "mpl-data" / "fonts" / "ttf"


FOLDER = _folder()  # importing this module fails where the fonts are not installed


@contextmanager
def configured() -> Iterator[None]:
    """Make fontconfig, which Graphviz asks for fonts, see these fonts alone.

    It reads its configuration once a process, at the first layout: that has to happen inside.
    """
    before = os.environ.get("FONTCONFIG_FILE")
    with tempfile.TemporaryDirectory(prefix="dlc-fonts-") as cache:
        path = Path(cache) / "fonts.conf"
        path.write_text(_CONFIGURATION.format(fonts=FOLDER, cache=cache), encoding="utf-8")
        os.environ["FONTCONFIG_FILE"] = str(path)
        try:
            yield
        finally:
            del os.environ["FONTCONFIG_FILE"]
            if before is not None:
                os.environ["FONTCONFIG_FILE"] = before
