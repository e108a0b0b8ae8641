"""``docs/sims-export.md``: what SIMS has to write, from the layout the reader uses and the guide's steps."""

from __future__ import annotations

from connectors.catalogue import entry
from connectors.sims_files.layout import LAYOUTS, Column, Layout
from tests.docs.blocks import table

SIMS_FOLDER = r"C:\Program Files (x86)\SIMS\SIMS .net"
FOLDER = r"C:\misconsole"


def steps() -> str:
    """The guide's own steps, numbered as the console shows them."""
    route = entry("sims").route("sims-files")
    lines = (f"{n}. **{step.title}.** {step.text}" for n, step in enumerate(route.steps if route else (), 1))
    return "\n".join(lines)


def reports() -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{name_in_sims(layout)}`", f"`{layout.names[0]}.xml`", layout.title, layout.rows)
        for layout in LAYOUTS
    ]
    parts = [table(("report in SIMS", "file", "holds", "rows"), rows)]
    for layout in LAYOUTS:
        parts += ["", f"### {layout.title}", "", _columns(layout)]
    return "\n".join(parts)


def _columns(layout: Layout) -> str:
    rows: list[tuple[object, ...]] = [
        (f"`{column.captions[0]}`", column.title, _need(column), column.group,
         ", ".join(f"`{caption}`" for caption in column.captions[1:]), f"`{layout.names[0]}.{column.field}`")
        for column in layout.columns
    ]  # fmt: skip
    return table(
        ("caption", "what it is", "needed", "SIMS group it hangs on", "also understood", "name for captions"),
        rows,
    )


def _need(column: Column) -> str:
    if column.must or column.field == "external_id":
        return "always"
    return "only if asked for" if column.asked else "if wanted"


def name_in_sims(layout: Layout) -> str:
    """Without a blank, so that no command line needs quotation marks inside a word."""
    return f"misconsole-{layout.names[0]}"


def command() -> str:
    """One report, as a line to try by hand."""
    first = LAYOUTS[0]
    line = (
        f'"{SIMS_FOLDER}\\CommandReporter.exe" /TRUSTED /REPORT:"{name_in_sims(first)}" '
        f'/OUTPUT:"{FOLDER}\\work\\{first.names[0]}.xml" /QUIET'
    )
    return f"```bat\n{line}\n```"


def script() -> str:
    listed = "\n".join(f"    '{layout.names[0]}' = '{name_in_sims(layout)}'" for layout in LAYOUTS)
    return f"```powershell\n{_SCRIPT.format(sims=SIMS_FOLDER, folder=FOLDER, reports=listed)}\n```"


_SCRIPT = r"""# {folder}\export.ps1: runs the reports and hands them over one by one. It holds no password.
$Sims    = '{sims}'
$Work    = '{folder}\work'
$Drop    = '\\fileserver\misconsole$\sims'
$Where   = @()    # if SIMS asks which database: @('/SERVERNAME:server\instance', '/DATABASENAME:sims')
$Reports = [ordered]@{{   # take out what the school does not accept
{reports}
}}

$failed = 0
foreach ($name in $Reports.Keys) {{
    $file = Join-Path $Work "$name.xml"
    $part = Join-Path $Drop "$name.xml.part"
    if (Test-Path -LiteralPath $file) {{ Remove-Item -LiteralPath $file }}
    $said = & (Join-Path $Sims 'CommandReporter.exe') '/TRUSTED' "/REPORT:$($Reports[$name])" `
        "/OUTPUT:$file" '/QUIET' @Where 2>&1 | Out-String
    $there = (Test-Path -LiteralPath $file) -and ((Get-Item -LiteralPath $file).Length -gt 0)
    if (-not $there -or $said.TrimStart().StartsWith('<CommandReporterError>')) {{
        "$(Get-Date -Format s) $name failed: $said" | Add-Content -LiteralPath '{folder}\export.log'
        $failed += 1
        continue
    }}
    try {{
        Copy-Item -LiteralPath $file -Destination $part -ErrorAction Stop
        Move-Item -LiteralPath $part -Destination (Join-Path $Drop "$name.xml") -Force -ErrorAction Stop
    }} catch {{
        "$(Get-Date -Format s) $name not handed over: $_" | Add-Content -LiteralPath '{folder}\export.log'
        $failed += 1
    }}
    Remove-Item -LiteralPath $file
}}
exit $failed"""

BLOCKS = {
    "sims.steps": steps, "sims.reports": reports, "sims.command": command, "sims.script": script,
}  # fmt: skip
