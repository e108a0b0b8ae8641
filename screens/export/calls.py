"""What the export screens ask of services; each is called in a thread."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from misconsole.paths import typed

if TYPE_CHECKING:
    from misconsole.services.desk import Desk
    from misconsole.services.export_views import ExportView, FormatView, Wish


def formats() -> tuple[FormatView, ...]:
    from misconsole.services import exporting

    return exporting.formats()


def preview(desk: Desk, school: str, wish: Wish) -> ExportView:
    from misconsole.services import exporting

    return exporting.preview(desk, school, wish)


def write(desk: Desk, school: str, wish: Wish, folder: str) -> ExportView:
    from misconsole.services import exporting

    return exporting.export(desk, school, wish, typed(folder).resolve())


def suggested(view: ExportView) -> str:
    """The folder of the last export, else a new one of this school and format."""
    if view.last is not None and view.last.folder:
        return view.last.folder
    return str(Path("~") / "misconsole-exports" / f"{view.school}-{view.format}")
