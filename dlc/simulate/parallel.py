"""Work spread over processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

Task = TypeVar("Task")
Made = TypeVar("Made")


class Map(Protocol):
    """Like `map`: the results in the order of the tasks."""

    def __call__(self, work: Callable[[Task], Made], tasks: Iterable[Task], /) -> Iterator[Made]: ...


@contextmanager
def workers(jobs: int) -> Iterator[Map]:
    """A map over `jobs` processes, which end with the block; with one job it is this process that works.

    A process that the system ends (out of memory) raises BrokenProcessPool instead of being waited for.
    """
    if jobs <= 1:
        yield map
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _leave_interrupts_alone) as pool:
        try:
            yield pool.map
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            for child in multiprocessing.active_children():
                child.terminate()
            raise


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _leave_interrupts_alone() -> None:
    """The main process ends the others when the user interrupts it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
