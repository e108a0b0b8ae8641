"""The words and limits of OneRoster 1.1 and 1.2 that files and REST share (oneroster.md §4, §7)."""

from __future__ import annotations

import re

SOURCED_ID = re.compile(r"[0-9A-Za-z./@_-]{1,255}")
REMOVED = ("tobedeleted", "inactive")

PUPIL, STAFF, CONTACT = 1, 2, 4
ROLES = {
    "student": PUPIL,
    "parent": CONTACT, "guardian": CONTACT, "relative": CONTACT,
    "teacher": STAFF, "aide": STAFF, "proctor": STAFF, "administrator": STAFF, "counselor": STAFF,
    "principal": STAFF, "siteadministrator": STAFF, "districtadministrator": STAFF,
    "systemadministrator": STAFF,
}  # fmt: skip

MAX_VALUE = 1000  # characters of one value; no name, address or list of ids is longer
PAGE = 500  # records a batch
USERNAME_USES = ("ignore", "email")
