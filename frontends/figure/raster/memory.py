"""Memory for pictures: kept by the process, since pages that the system hands out anew, and clears, take longer than
most of what is done with them."""

from __future__ import annotations

import ctypes
import functools

#: The options of glibc's allocator (malloc.h) that tell how much free memory is kept, and which pieces are never kept.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
#: So many bytes are kept at most: some masks of the largest picture.
_KEPT = 256 << 20


@functools.cache
def keep_memory() -> None:
    """Let the process keep the memory of one picture's arrays for the next; nothing changes where C's library is not
    glibc."""
    try:
        option = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return
    option(_TRIM_THRESHOLD, _KEPT)
    option(_MMAP_THRESHOLD, _KEPT)
