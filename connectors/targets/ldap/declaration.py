"""What the adapter for Active Directory and LDAP needs and can do."""

from __future__ import annotations

from connectors.base import SettingField
from connectors.targets.base import EXTRAS, TargetDeclaration

#: An attribute is a name or an object identifier, so that none can carry a filter or an option.
ATTRIBUTE = r"[A-Za-z][A-Za-z0-9-]{0,63}"

SETTINGS = (
    SettingField(
        name="flavour", title="Kind of directory", default="ad", pattern="ad|ldap", hint="ad or ldap",
        help="ad: Active Directory. ldap: any other with people as inetOrgPerson, such as OpenLDAP.",
    ),
    SettingField(
        name="url", title="Address", required=True,
        pattern=r"(?i)ldaps?://([A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?/?",
        hint="ldaps://dc1.school.example, or ldap:// for a connection that changes to TLS at once",
        help="Always encrypted: ldaps:// from the start, ldap:// by StartTLS before anything else is said.",
    ),
    SettingField(
        name="plain", title="Without encryption", default="no", pattern="no|loopback", hint="no or loopback",
        help="loopback: an ldap:// address on this very machine is spoken to without TLS; nothing else is.",
    ),
    SettingField(
        name="ca_file", title="File with the authority's certificate",
        help="PEM. Needed where the directory's certificate comes from the school's own authority.",
    ),
    SettingField(
        name="bind_dn", title="Sign in as", required=True,
        help="A DN, or for Active Directory also name@domain. A right to write below the base is enough.",
    ),
    SettingField(name="bind_password", title="Password", secret=True, required=True),
    SettingField(
        name="base", title="Base", required=True, hint="ou=Accounts,dc=school,dc=example",
        help="The DN all places lie below. Nothing outside is ever changed.",
    ),
    SettingField(
        name="more_bases", title="Further bases",
        help="DNs separated by semicolons, where people may be already; new ones go to the base.",
    ),
    SettingField(
        name="create_places", title="Make missing places", default="yes", pattern="yes|no", hint="yes or no",
        help="Organisational units missing below the base are made; with no, such a person is refused.",
    ),
    SettingField(
        name="scope", title="Sign-in scope", pattern=r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?",
        hint="school.example",
        help="Active Directory: userPrincipalName is username@scope. Required there.",
    ),
    SettingField(
        name="anchor_attribute", title="Attribute for our mark", pattern=ATTRIBUTE,
        hint="one attribute's name",
        help="Single-valued text nobody else uses. Default for ad adminDescription: in every schema, read by"
        " no sign-in and no address book, and free where employeeID and employeeNumber often are not; only"
        " values beginning with “User_” mean something, to Entra Connect. Default for ldap employeeNumber.",
    ),
    SettingField(
        name="employee_id_attribute", title="Attribute for the staff code", pattern=ATTRIBUTE,
        hint="one attribute's name",
        help="Default for ad employeeID. For ldap none, as employeeNumber holds our mark there.",
    ),
    SettingField(
        name="alias_attribute", title="Attribute for further addresses", default="mail", pattern=ATTRIBUTE,
        hint="mail or mailAlternateAddress",
        help="ldap only. mail: the first value is the address, the others lead to it. Active Directory uses"
        " proxyAddresses.",
    ),
    SettingField(
        name="object_classes", title="Object classes", default="inetOrgPerson",
        pattern=rf"{ATTRIBUTE}(,{ATTRIBUTE}){{0,9}}", hint="names separated by commas",
        help="ldap only. What a new entry is; the first one is also how people are found.",
    ),
    SettingField(
        name="disabled", title="Mark of a disabled entry", default="pwdAccountLockedTime=000001010000Z",
        pattern=rf"{ATTRIBUTE}=[^=\s]{{1,100}}", hint="attribute=value",
        help="ldap only. The default is that of OpenLDAP's ppolicy overlay, which obeys it where its policy"
        " has pwdLockout TRUE.",
    ),
    SettingField(
        name="protected_groups", title="Groups nobody of which is changed",
        help="DNs separated by semicolons. In Active Directory members of members count, and whoever has"
        " adminCount=1 or is a critical system object is protected anyway.",
    ),
    SettingField(
        name="timeout", title="Time limit in seconds", default="30", pattern=r"[1-9]\d{0,2}",
        hint="a number of seconds from 1 to 999",
    ),
    SettingField(
        name="page", title="Entries a page", default="500", pattern=r"[1-9]\d{0,3}",
        hint="a number from 1 to 9999", help="Active Directory gives at most 1000 at once.",
    ),
)  # fmt: skip

DECLARATION = TargetDeclaration(
    kind="ldap",
    title="Active Directory or LDAP",
    settings=SETTINGS,
    extras=frozenset(EXTRAS),
    places=True,
    aliases=True,
    username_in_email=False,
    password_least=8,
)
