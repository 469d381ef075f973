"""Every layer in a tiny net: what is emitted builds, has the inferred shape and count, and runs."""

from __future__ import annotations

import pytest

pytest.importorskip("keras", minversion="3.0")
