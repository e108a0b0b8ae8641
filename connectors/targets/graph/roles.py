"""Who holds an administrator's role in the tenant: they are never changed from here.

Read once, before anything else: without it nobody could be told from an administrator, so a tenant that
does not let us look is refused as a whole.  A group that holds a role counts for each of its members.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from connectors.errors import NotAuthorised
from connectors.http import Http
from connectors.targets.answers import Row, listed, needed, pages, text

NEXT = "@odata.nextLink"
NEEDED = "Give the app the permissions RoleManagement.Read.Directory and GroupMember.Read.All, with consent."


def admins(http: Http) -> frozenset[str]:
    """Ids of users, and of anything else that holds a role. Raises NotAuthorised."""
    try:
        held = [
            one
            for role in _all(http, "directoryRoles", "roles")
            for one in _all(http, f"directoryRoles/{_part(role)}/members", "members of a role")
        ]
        groups = [one for one in held if text(one, "@odata.type").endswith(".group")]
        for group in groups:
            held += _all(http, f"groups/{_part(group)}/transitiveMembers", "members of a group")
    except NotAuthorised as problem:
        raise NotAuthorised(
            f"Who is an administrator there can't be read. {problem.message}",
            mend=NEEDED,
            where=problem.where,
        ) from None
    return frozenset(needed(one, "id") for one in held)


def _all(http: Http, path: str, what: str) -> list[Row]:
    def fetch(mark: str) -> tuple[Iterable[object], str]:
        answer = http.get(mark)
        return listed(answer.data, "value", path), text(answer.data, NEXT)

    return list(pages(path, fetch, what=what))


def _part(row: Row) -> str:
    return quote(needed(row, "id"), safe="")
