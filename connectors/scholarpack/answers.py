"""ScholarPack's refusals in words an operator can act on (reference §7)."""

from __future__ import annotations

from connectors.errors import (
    AccessPending,
    AccessRefused,
    ConnectorError,
    NotAuthorised,
    ScopeMissing,
)
from connectors.scholarpack.scopes import scope_of

WHO = "somebody who holds both the Admin and the System Admin role in ScholarPack"
AGAIN = f"Authorise again (misconsole authorise SCHOOL): {WHO} opens the link and confirms; type the code."


class ConsentRefused(AccessRefused):
    """The consent page was left with "access_denied"."""

    code = "consent_cancelled"


class ConsentMissing(AccessPending):
    """Nobody has consented yet, or the code has not been typed."""

    code = "consent_missing"
    default_mend = AGAIN


class CodeRefused(NotAuthorised):
    """What was typed is no code of this request."""

    code = "code_refused"
    default_mend = AGAIN


class Withdrawn(AccessRefused):
    """The tokens no longer count."""

    code = "access_withdrawn"
    default_mend = AGAIN


class NotGranted(ScopeMissing):
    """403 on one path: the consent does not hold its scope."""


def withdrawn(problem: ConnectorError | None = None) -> Withdrawn:
    said = f" {problem.message}" if problem else ""
    return Withdrawn(f"Access was withdrawn or has expired.{said}", where=problem.where if problem else "")


def not_granted(path: str, problem: ConnectorError) -> NotGranted:
    return NotGranted(
        f"Scope not granted: {scope_of(path) or path}. {problem.message}",
        mend="Authorise again with it (misconsole authorise SCHOOL), or decline the report or field here.",
        where=problem.where,
    )


def plainly(problem: ConnectorError, path: str) -> ConnectorError:
    """The same error with ScholarPack's own remedy; ``path`` is what was asked for."""
    from connectors.http_errors import NotFound

    if type(problem) is NotAuthorised:
        return withdrawn(problem)
    if type(problem) is ScopeMissing:
        return not_granted(path, problem)
    if type(problem) is NotFound:
        return NotFound(
            problem.message, mend="Check the setting url; every path of ScholarPack ends in a slash.",
            where=problem.where,
        )  # fmt: skip
    return problem
