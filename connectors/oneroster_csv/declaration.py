"""What the operator sets for a OneRoster CSV package; what it supplies is every delivery's."""

from __future__ import annotations

from connectors.base import Declaration, SettingField
from connectors.oneroster_common.offers import GRADES, OFFERS, USERNAME

DECLARATION = Declaration(
    slug="oneroster_csv",
    route="oneroster-csv",
    title="OneRoster CSV package",
    kind="files",
    delta=True,
    reports=OFFERS,
    settings=(
        SettingField(
            name="path", title="Folder or ZIP", required=True,
            help="Whole path of the folder or ZIP that the MIS writes.",
        ),
        SettingField(
            name="org", title="School in the package", pattern=r".{0,255}",
            help="sourcedId or identifier in orgs.csv; needed only where the package holds several schools.",
        ),
        GRADES,
        USERNAME,
    ),
)  # fmt: skip
