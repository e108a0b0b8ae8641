"""Microsoft 365: "Add multiple users" of the admin centre, and "Bulk create" of Entra ID.  New users only."""

from __future__ import annotations

from misconsole.exports.cells import Sieve, sign_in
from misconsole.exports.roster import Holder, Roster
from misconsole.exports.shapes import Dialect, FileSpec, Format, Made, Option, Row, Said, Table
from misconsole.rules import year

AT_ONCE = 249  # users a file
USERS = FileSpec(
    name="microsoft365-users-{n}.csv",
    columns=(
        "User Name",
        "First Name",
        "Last Name",
        "Display Name",
        "Job Title",
        "Department",
        "Office Number",
        "Office Phone",
        "Mobile Phone",
        "Fax",
        "Alternate email address",
        "Address",
        "City",
        "State or Province",
        "ZIP or Postal Code",
        "Country or Region",
    ),
    about=f"one row an account, {AT_ONCE} a file",
)
ENTRA = FileSpec(
    name="entra-bulk-create.csv",
    columns=(
        "Name [displayName] Required",
        "User name [userPrincipalName] Required",
        "Initial password [passwordProfile] Required",
        "Block sign in (Yes/No) [accountEnabled] Required",
        "First name [givenName]",
        "Last name [surname]",
        "Job title [jobTitle]",
        "Department [department]",
        "Usage location [usageLocation]",
        "Street address [streetAddress]",
        "State or province [state]",
        "Country or region [country]",
        "Office [physicalDeliveryOfficeName]",
        "City [city]",
        "ZIP or postal code [postalCode]",
        "Office phone [telephoneNumber]",
        "Mobile phone [mobile]",
    ),
    about="one row an account",
    above=("version:v1.0",),
)
COUNTRY = Option(name="country", default="United Kingdom", doc="country or region of every row")
PLACE = Option(
    name="usage_location", default="GB", doc="country code that licences go by", pattern="[A-Z]{2}"
)


def build_users(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    rows = []
    for holder in roster.holders:
        if found := _names(holder, roster, sieve):
            address, first, last, shown, job, department = found
            cells = (address, first, last, shown, job, department, *[""] * 9, roster.options["country"])
            rows.append(Row(holder.number, holder.username, cells))
    for n, start in enumerate(range(0, max(len(rows), 1), AT_ONCE), start=1):
        name = USERS.name.replace("{n}", str(n))
        made.tables.append(Table(name, USERS, tuple(rows[start : start + AT_ONCE])))
    return sieve.close()


def build_entra(roster: Roster) -> Made:
    made = Made()
    sieve = Sieve(made)
    rows = []
    for holder in roster.holders:
        if found := _names(holder, roster, sieve):
            address, first, last, shown, job, department = found
            cells = (
                shown, address, "", "No", first, last, job, department, roster.options["usage_location"], "",
                "", roster.options["country"], "", "", "", "", "",
            )  # fmt: skip
            rows.append(Row(holder.number, holder.username, cells))
    made.tables.append(Table(ENTRA.name, ENTRA, tuple(rows)))
    made.notices.append(
        Said(
            code="no_password",
            message="The column Initial password is empty and must be filled before the upload. "
            "Passwords come from the hand-out, not from an export.",
        )
    )
    return sieve.close()


def _names(holder: Holder, roster: Roster, sieve: Sieve) -> tuple[str, str, str, str, str, str] | None:
    """Address, first, last and shown name, job title, department; None with the holder left out."""
    address = sign_in(holder, sieve)
    if not address:
        return None

    def text(column: str, value: str | None, longest: int) -> str:
        return sieve.text(holder.username, column, value, longest=longest)

    first, last = text("first name", holder.given, 64), text("last name", holder.family, 64)
    shown = text("display name", holder.display, 256) or f"{first} {last}".strip()
    if not shown:
        sieve.drop(holder, "There is no name to show.", "Fill it in in the MIS or the account.")
        return None
    sieve.made.addresses[holder.number] = address
    if holder.role == "pupil":
        return address, first, last, shown, "Student", year.label(holder.year_group, roster.school.country)
    return address, first, last, shown, text("job title", holder.job_title, 128), ""


_LEFT = "passwords, dates of birth, telephone numbers, numbers of the school, classes, former addresses"
FORMAT_USERS = Format(
    id="microsoft365",
    title="Microsoft 365 admin centre, add multiple users",
    build=build_users,
    files=(USERS,),
    contains="sign-in name, names, job title of staff, year group of pupils as department",
    leaves_out=f"{_LEFT}; Microsoft makes the passwords itself",
    dialect=Dialect(),
    options=(COUNTRY,),
)
FORMAT_ENTRA = Format(
    id="entra",
    title="Entra ID, bulk create",
    build=build_entra,
    files=(ENTRA,),
    contains="sign-in name, names, job title of staff, year group of pupils as department, usage location",
    leaves_out=f"{_LEFT}; the column of the initial password is empty and has to be filled",
    dialect=Dialect(),
    options=(COUNTRY, PLACE),
)
