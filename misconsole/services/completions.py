"""When a run's data was extracted, uploaded and processed: three things with three times (T16).

Extraction is done where the MIS is: with files that is their own date.  Upload is the moment at which the
last of it was here; processing ends when accounts and queues are as the run leaves them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from misconsole.services.views import RunView

HERE = "extract"  # the stage at whose end everything has arrived
PROCESSING = ("filter", "match", "plan", "limits", "apply")


def of(view: RunView) -> dict[str, datetime | None]:
    """By name, in order; None for what has not happened, or was never told."""
    ended = {stage.name: stage.finished_at for stage in view.stages if stage.state in ("ok", "attention")}
    here = ended.get(HERE)
    done = [at for name in PROCESSING if (at := ended.get(name)) is not None]
    return {
        "extraction": files_of(view.source) or here,
        "upload": here,
        "processing": max(done) if done and view.state in ("succeeded", "held") else None,
    }


def files_of(source: Mapping[str, Any]) -> datetime | None:
    """The newest of the files that were read."""
    files = source.get("files") or []
    return max((datetime.fromisoformat(each["modified"]) for each in files), default=None)
