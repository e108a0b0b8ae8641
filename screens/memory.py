"""Memory that reading a long list took, given back to the system."""

from __future__ import annotations


def give_back() -> None:
    """Each thread that reads frees into a store of its own, which the C library keeps: a tenth of what the
    console holds with a hundred thousand people. Where the library cannot be asked, it stays as it is. Takes
    some milliseconds, in a thread."""
    try:
        import ctypes

        ctypes.CDLL(None).malloc_trim(0)
    except (ImportError, OSError, AttributeError, TypeError):
        return
