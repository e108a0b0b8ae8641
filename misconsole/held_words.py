"""What became of a run that was held, in a sentence.  Standard library only."""

from __future__ import annotations

RESOLVED = {
    "approved": "It was approved since, and applied as it was shown.",
    "rejected": "It was rejected since; nothing of it was applied.",
    "expired": "It has expired; nothing of it was applied. A newer run says how things stand now.",
}


def resolved(resolution: str) -> str:
    """ "" for a run nobody has decided on."""
    return RESOLVED.get(resolution, f"It was {resolution} since.") if resolution else ""
