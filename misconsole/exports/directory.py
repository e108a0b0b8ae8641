"""Active Directory: one CSV whose columns are the attributes' own names, for a school's import script.

Former addresses stay as aliases in ``proxyAddresses`` (Y3, O5).  An account without a password is made
disabled by a directory, whatever the file says; so is a new one here, until its hand-out.
"""

from __future__ import annotations

import re

from misconsole.exports.cells import LOCAL, Sieve, address, safe, sign_in
from misconsole.exports.roster import Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, Made, Option, Row, Table
from misconsole.rules import year

LONGEST_SAM = 20
ENABLED, DISABLED = "512", "514"
SPEC = FileSpec(
    name="ad-users.csv",
    columns=(
        "sAMAccountName", "userPrincipalName", "givenName", "sn", "displayName", "mail", "employeeID",
        "employeeNumber", "employeeType", "title", "department", "company", "ou", "proxyAddresses",
        "userAccountControl",
    ),
    about="one row an account",
)  # fmt: skip


def build(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    rows = [row for holder in roster.holders if (row := _row(holder, roster, sieve))]
    made.tables.append(Table(SPEC.name, SPEC, tuple(rows)))
    return sieve.close()


def _row(holder: Holder, roster: Roster, sieve: Sieve) -> Row | None:
    if len(holder.username) > LONGEST_SAM or not LOCAL.fullmatch(holder.username):
        told = f"A directory takes sAMAccountName up to {LONGEST_SAM} letters, digits, dots and hyphens."
        sieve.drop(holder, told, "Rename the account.")
        return None
    principal = sign_in(holder, sieve)
    if not principal:
        return None

    def text(column: str, value: str | None, longest: int = 64) -> str:
        return sieve.text(holder.username, column, value, longest=longest)

    sieve.made.addresses[holder.number] = principal
    pupil, school = holder.role == "pupil", roster.school
    works = holder.state == "active" and not holder.fresh
    cells = (
        holder.username, principal, text("givenName", holder.given), text("sn", holder.family),
        text("displayName", holder.display, 256), principal, holder.number,
        text("employeeNumber", holder.local_number), holder.role,
        "Student" if pupil else text("title", holder.job_title, 128),
        year.label(holder.year_group, school.country) if pupil else "", safe(school.name)[:64],
        _unit(holder, roster), _addresses(holder, principal), ENABLED if works else DISABLED,
    )  # fmt: skip
    return Row(holder.number, holder.username, cells)


def _unit(holder: Holder, roster: Roster) -> str:
    """The unit's path without the domain's own part; a unit of no year is the one above."""
    path = roster.options[f"{holder.role}_ou"].replace("{entry}", str(holder.year_of_entry or ""))
    return re.sub(r"^OU=,", "", path)


def _addresses(holder: Holder, principal: str) -> str:
    """``SMTP:`` marks the address that sends, ``smtp:`` those that only receive."""
    former = [a for a in holder.aliases if address(a) and a.lower() != principal.lower()]
    return ";".join([f"SMTP:{principal}", *(f"smtp:{each}" for each in dict.fromkeys(former))])


def _option(role: str, default: str) -> Option:
    return Option(
        name=f"{role}_ou", default=default, pattern=r"OU=[^\"\r\n+;<>\\]{1,200}",
        doc=f"organisational unit of {role} accounts, below the domain; {{entry}} is the year of entry",
    )  # fmt: skip


FORMAT = Format(
    id="ad",
    title="Active Directory, attributes as CSV",
    build=build,
    files=(SPEC,),
    contains="sign-in names, names, addresses with the former ones as aliases, our id as employeeID, the "
    "school's own number as employeeNumber, job title of staff, year group and unit of pupils; leavers as "
    "disabled (514) if they are asked for",
    leaves_out="passwords (an account that is not handed out yet is disabled, 514), dates of birth, "
    "telephone numbers, UPN, classes, groups",
    dialect=Dialect(bom=True),
    leavers=True,
    options=(
        _option("pupil", "OU={entry},OU=Pupils"), _option("staff", "OU=Staff"), _option("other", "OU=Other"),
    ),
)  # fmt: skip
