"""One registry feeds bindings, footer, palette, help and docs: it must be whole and without clashes."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

from screens import commands
from screens.command_table import TABLE
from screens.commands import CHAINS, SCOPES, Command

#: Which class carries which scope; the registry's promises are checked against it.
HOSTS = {
    "app": "screens.console:Console",
    "list": "screens.widgets.grid:Grid",
    "panel": "screens.widgets.panel:Panel",
    "schools": "screens.schools:Schools",
    "choose-mis": "screens.connect.choose:ChooseMis",
    "connect": "screens.connect.screen:Connect",
    "scope": "screens.connect.scope:Scope",
    "columns": "screens.mapping:Columns",
    "moving": "screens.moving.screen:Move",
    "short-list": "screens.moving.short_list:ShortList",
    "modes": "screens.modes.screen:ChangeMode",
    "sync": "screens.sync:Sync",
    "workspace": "screens.workspace.screen:Workspace",
    "overview": "screens.workspace.overview:Overview",
    "unmatched": "screens.workspace.unmatched:UnmatchedStaff",
    "unallocated": "screens.workspace.leavers:Unallocated",
    "exclusions": "screens.workspace.exclusions:Exclusions",
    "non-mis": "screens.workspace.non_mis:NonMis",
    "accounts": "screens.workspace.accounts:Accounts",
    "new-users": "screens.workspace.new_users:NewUsers",
    "history": "screens.workspace.history:History",
    "problems": "screens.workspace.lists:Problems",
    "why": "screens.why:Why",
    "find": "screens.find:Find",
    "contacts": "screens.contacts:Contacts",
    "leaving": "screens.workspace.leaving:Leaving",
    "plots": "screens.plots.screen:Plots",
    "audit": "screens.audit.screen:Audit",
    "held": "screens.privacy.held:Held",
    "due": "screens.privacy.due:Due",
    "rename": "screens.rename.screen:Rename",
    "formats": "screens.formats:Formats",
    "exports": "screens.export.screen:Exports",
    "export-preview": "screens.export.preview:ExportPreview",
    "handout": "screens.handout.screen:HandOut",
    "targets": "screens.targets.screen:Targets",
    "push": "screens.targets.push:Push",
    "target-settings": "screens.targets.settings:TargetSettings",
    "pick-person": "screens.workspace.pick:PickPerson",
    "pick-field": "screens.mapping_pick:PickField",
}
#: Letters that end a terminal's escape sequences: a split arrow key must never write (textual-notes §7).
ENDS_OF_SEQUENCES = set("ABCDHFPQRS")


def test_no_key_means_two_things_in_one_place() -> None:
    assert commands.clashes() == []


def test_a_clash_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    twin = Command(id="schools.twin", scope="schools", title="Twin", help="x.", keys=("s",))
    monkeypatch.setattr("screens.command_table.TABLE", (*TABLE, twin))
    assert commands.clashes() == ["s: schools.sync and schools.twin"]


@pytest.mark.parametrize("each", TABLE, ids=lambda each: each.id)
def test_every_command_has_an_id_a_title_a_sentence_of_help_and_somebody_who_does_it(each: Command) -> None:
    assert each.id.startswith(f"{each.scope}.")
    assert each.scope in SCOPES
    assert each.title
    assert len(each.title) <= 30
    assert each.help.endswith(".")
    module, name = HOSTS[each.scope].split(":")
    assert callable(getattr(getattr(import_module(module), name), each.method))


def test_ids_are_unique_and_every_scope_has_a_place() -> None:
    assert len({each.id for each in TABLE}) == len(TABLE)
    assert set(HOSTS) == set(SCOPES) == {scope for chain in CHAINS for scope in chain}
    for scope, where in HOSTS.items():
        module, name = where.split(":")
        assert scope in getattr(import_module(module), name).scopes


@pytest.mark.parametrize("each", [each for each in TABLE if each.writes], ids=lambda each: each.id)
def test_no_key_that_writes_can_come_from_a_broken_escape_sequence(each: Command) -> None:
    assert not ENDS_OF_SEQUENCES & set(each.keys)
    assert "escape" not in each.keys


def test_every_binding_has_an_id_so_that_keys_can_be_changed() -> None:
    made = commands.bindings(*SCOPES)
    ids = [binding.id for binding in made]  # type: ignore[union-attr]
    assert all(ids)
    assert len(set(ids)) == len(ids)


def test_the_key_table_of_the_docs_names_every_command_and_needs_no_textual() -> None:
    script = (
        "import sys; from screens.commands import key_table; print(key_table());"
        "sys.exit('textual' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert all(each.help in done.stdout for each in TABLE)
    assert "| `1-9` | Link |" in done.stdout


def test_what_opens_a_row_is_told_by_its_key_wherever_keys_are_told() -> None:
    """The footer, the help page and the key table of the docs all say Enter, not the palette."""
    assert commands.command("schools.open").key_text == "Enter"
    assert "| `Enter` | Open | Open the workspace of the school under the cursor. |" in commands.key_table()
    assert commands.command("app.audit").key_text == ""  # in the palette alone
