"""Which act a command of the console asks for, so that a key nobody here may use is grey and says who can.

The services refuse all the same; this is only so that it is seen before it is pressed.
"""

from __future__ import annotations

from screens.commands import Command

#: Commands that ask for another act than their scope, and those that change nothing here but need leave.
BY_ID = {
    "schools.add": "settings", "schools.sync": "sync", "schools.rehearse": "sync", "connect.sync": "sync",
    "connect.go": "connect", "connect.test": "connect", "connect.check": "connect", "moving.go": "connect",
    "moving.check": "connect", "moving.sync": "sync", "modes.sync": "sync", "sync.approve": "approve",
    "sync.reject": "approve", "overview.sync": "sync", "overview.rehearse": "sync",
    "exports.preview": "export", "workspace.contacts": "contacts", "why.contacts": "contacts",
    "find.contacts": "contacts", "contacts.again": "contacts", "rename.write": "export",
    "audit.export": "audit_out",
}  # fmt: skip
#: What commands that write ask for, scope by scope; "decide" where none is named.
BY_SCOPE = {
    "connect": "connect", "columns": "connect", "moving": "connect", "modes": "connect", "scope": "reports",
    "sync": "sync", "formats": "settings", "rename": "rename", "export-preview": "export",
    "exports": "export",
}  # fmt: skip


def act_of(wanted: Command) -> str:
    """ "" for a command that everybody may use."""
    if wanted.demo:
        return ""
    if wanted.id in BY_ID:
        return BY_ID[wanted.id]
    return BY_SCOPE.get(wanted.scope, "decide") if wanted.writes else ""
