"""Memory that is kept between pictures: asked of glibc, left alone elsewhere."""

from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from dlc.frontends.figure.raster.memory import keep_memory


def test_the_allocator_is_told_to_keep_what_is_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[int, int] = {}
    monkeypatch.setattr(ctypes, "CDLL", lambda _: SimpleNamespace(mallopt=told.__setitem__))
    keep_memory.__wrapped__()
    assert set(told) == {-1, -3}  # M_TRIM_THRESHOLD and M_MMAP_THRESHOLD of malloc.h
    assert all(2**26 <= kept <= 2**29 for kept in told.values())


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_other_libraries_are_left_alone(error: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> object:
        raise error

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    keep_memory.__wrapped__()
