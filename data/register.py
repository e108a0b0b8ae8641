"""The register of personal data: every table, what it holds of whom, why, how long, and what erasing does.

One list for everything that must forget nobody and nothing: what is held on a person, subject access,
erasure, and the page of privacy.  A test walks the schema and fails for a table or column that is not here.

``owners``    columns that say whose row it is, each with the kind of id (person, account, contact)
``personal``  columns that hold data of the one whose row it is
``free``      text or JSON in which anybody's name can stand: searched word by word
``staff``     operators, by their system account: kept, because who decided must stay answerable
``plain``     nobody's data
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

#: What happens to a row of somebody who is erased.
REMOVED = "removed"
EMPTIED = "emptied of everything that tells who; that something was done, when and by whom stays"
SCRUBBED = "names, usernames and numbers are struck out of the text"
RELEASED = "the link to the account is cut; the bare name stays, so that it is never given to another"
NOBODY = "nothing: it is about nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One table. ``until`` and ``ground`` are for whoever answers for the data."""

    table: str
    holds: str
    ground: str
    until: str
    erasing: str
    owners: Mapping[str, str] = field(default_factory=dict)
    personal: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()

    @property
    def columns(self) -> frozenset[str]:
        return frozenset((*self.owners, *self.personal, *self.free, *self.staff, *self.plain))

    @property
    def about_people(self) -> bool:
        return bool(self.owners or self.personal or self.free)


ACCOUNTS = "accounts for pupils and staff"
SAFETY = "safety of accounts: mistakes can be told and taken back"
ANSWERABLE = "to answer for what was decided"
WITH_PERSON = "as long as the person"
WITH_ACCOUNT = "as long as the account"
LEAVER = "retention_days after the person left, then erased once somebody confirms"
RUNS = "keep_runs_days"


def _e(
    table: str,
    holds: str,
    ground: str,
    until: str,
    erasing: str,
    *,
    owners: str = "",
    personal: str = "",
    free: str = "",
    staff: str = "",
    plain: str = "",
) -> Entry:
    pairs = dict(each.split(":") for each in owners.split())
    return Entry(
        table=table, holds=holds, ground=ground, until=until, erasing=erasing, owners=pairs,
        personal=tuple(personal.split()), free=tuple(free.split()), staff=tuple(staff.split()),
        plain=tuple(plain.split()),
    )  # fmt: skip


ENTRIES: tuple[Entry, ...] = (
    _e("person", "what the MIS tells of a pupil or member of staff", ACCOUNTS, LEAVER, REMOVED,
       owners="id:person",
       personal="source_id title initials given_name family_name legal_given_name legal_family_name "
       "middle_names search_name date_of_birth email phone year_group year_label year_of_entry "
       "registration_group house part_time part_time_rate status start_date end_date teaching job_title "
       "reports_to room photo_id photo_hash unknown gate gate_detail flags",
       plain="school_id role present digest first_seen_run last_changed_run gone_run"),
    _e("identifier", "numbers of a person (UPN, admission number, staff code), with history", ACCOUNTS,
       WITH_PERSON, REMOVED, owners="person_id:person", personal="kind value",
       plain="id school_id current first_run last_run"),
    _e("contact", "parents and carers, where the Contacts report is accepted", "contacts, where asked for",
       "until the report is declined, or the last child is erased", REMOVED, owners="id:contact",
       personal="source_id title given_name family_name email phone gate",
       plain="school_id present digest"),
    _e("contact_link", "which contact belongs to which pupil", "contacts, where asked for",
       "as long as the contact", REMOVED, owners="contact_id:contact person_id:person",
       personal="relationship parental_responsibility priority", plain="id school_id"),
    _e("contact_use", "a contact that was needed once, and why", "to show who was told, and why",
       WITH_PERSON, REMOVED, owners="person_id:person",
       personal="source_id title given_name family_name email phone relationship parental_responsibility "
       "priority", free="reason", staff="by", plain="id school_id at"),
    _e("attendance_mark", "attendance marks, where that report is accepted", "messages home",
       "attendance_days, or until the report is declined", REMOVED, owners="person_id:person",
       personal="day session code", plain="id school_id"),
    _e("membership", "who belongs to which class or group", ACCOUNTS,
       "until the MIS or the school takes it away", REMOVED,
       personal="person_role person_source_id part container container_id", plain="id school_id"),
    _e("account", "an account of the school's directory", ACCOUNTS,
       "as long as it is in use, then with the person", REMOVED, owners="id:account",
       personal="username username_key email display_name given_name family_name preferred_given_name "
       "preferred_family_name date_of_birth role year_of_entry upn mis_id staff_code state origin "
       "created_at handed_out_at unallocated_at unallocated_reason kept_absent own_display_name",
       plain="school_id domain_key created_run unallocated_run version"),
    _e("alias", "earlier usernames and addresses that still lead to an account", ACCOUNTS, WITH_ACCOUNT,
       REMOVED, owners="account_id:account", personal="kind value", plain="id since"),
    _e("reserved_name", "usernames ever held", "no name is given to somebody else (Z8)", "for good", RELEASED,
       owners="account_id:account", personal="username_key", plain="id domain_key since"),
    _e("link", "which account belongs to which person, and on what evidence", ACCOUNTS, WITH_PERSON, REMOVED,
       owners="person_id:person account_id:account", personal="how evidence anchors",
       free="ended_reason", staff="linked_by", plain="id school_id active linked_at run_id ended_at"),
    _e("candidate", "suggestions of the last run, with evidence", ACCOUNTS, "until the next run", REMOVED,
       owners="person_id:person account_id:account", personal="band rank score margin evidence",
       plain="id school_id"),
    _e("not_same", "pairs that are not the same person", SAFETY, WITH_PERSON, REMOVED,
       owners="person_id:person account_id:account", staff="by", plain="id school_id digest at"),
    _e("exclusion", "names and people that must never get an account", "a child's or a colleague's safety",
       "until it is lifted and the person is erased", REMOVED, owners="person_id:person",
       personal="role given_name family_name", free="reason", staff="author",
       plain="id school_id created_at review_on active"),
    _e("review", "accounts without a MIS person that somebody kept", ANSWERABLE, WITH_ACCOUNT, REMOVED,
       owners="account_id:account", personal="verdict until", free="reason", staff="by",
       plain="id school_id at active"),
    _e("case_note", "what an operator wrote on a case", "to hand cases over", WITH_PERSON, REMOVED,
       owners="person_id:person account_id:account", free="text", staff="author assigned_to",
       plain="id school_id at active"),
    _e("decision", "what an operator decided, when and why", ANSWERABLE, "kept; emptied with the person",
       EMPTIED, owners="person_id:person account_id:account", free="summary detail",
       staff="actor undone_by place", plain="id school_id kind at undone_at origin seal"),
    _e("problem", "records the last run left out, with who can mend them", ACCOUNTS, "until the next run",
       REMOVED, owners="person_id:person", personal="source_id role", free="subject message mend place",
       plain="id school_id run_id report code field who"),
    _e("handout", "an act of handing passwords out", ANSWERABLE, "kept; it names no pupil", SCRUBBED,
       free="chosen file", staff="by", plain="id school_id at form count"),
    _e("handout_line", "for whom a password was handed out; never the password", ANSWERABLE, WITH_ACCOUNT,
       REMOVED, owners="account_id:account", personal="username proof", plain="id handout_id"),
    _e("target_account", "what was last written to a directory", "accounts in a directory", WITH_ACCOUNT,
       REMOVED, owners="account_id:account", personal="remote_id written password_set first_at at",
       plain="id target_id"),
    _e("target_change", "every change asked of a directory", ANSWERABLE, WITH_ACCOUNT, REMOVED,
       owners="account_id:account", personal="remote_id before after", free="message", staff="actor",
       plain="id target_id run_id action state at"),
    _e("journal", "every change with its before and after", "a change can be taken back", "keep_runs_days",
       EMPTIED, free="before after", staff="actor",
       plain="id at school_id run_id decision_id table_name row_id"),
    _e("run", "each sync: when, who started it, what came of it", ANSWERABLE, RUNS, SCRUBBED,
       free="held error reports changes waiting source", staff="actor resolved_by",
       plain="id school_id kind state dry_run full origin pid started_at finished_at heartbeat_at "
       "cancel_requested school_version changed_anything resolution resolved_at target_id due_at"),
    _e("runstage", "how each stage of a run ended", ANSWERABLE, RUNS, SCRUBBED, free="detail",
       plain="id run_id ordinal name state started_at finished_at"),
    _e("runprogress", "counts of a run", ANSWERABLE, RUNS, NOBODY,
       plain="id run_id report done total started_at updated_at finished"),
    _e("runmessage", "what a run said", ANSWERABLE, RUNS, SCRUBBED, free="message mend",
       plain="id run_id at level code"),
    _e("heldplan", "the plan of a run that waits for approval", "a person looks first",
       "until it is approved, rejected or expires", "the plan is dropped: run again", free="plan",
       plain="run_id"),
    _e("mis_move", "a change of MIS that is prepared, with what its rehearsal found", ACCOUNTS,
       "until it is applied or abandoned", SCRUBBED, free="result", staff="created_by applied_by",
       plain="id school_id state mis route settings secret_ref remote_id remote_name access created_at "
       "rehearsed_at applied_at"),
    _e("presence", "who works where at this moment", "two people do not decide the same", "minutes", SCRUBBED,
       free="subject", staff="actor place session", plain="school_id since seen_at"),
    _e("told", "notifications: counts and states", "somebody is told when it turns red", "keep_runs_days",
       SCRUBBED, free="text error", plain="id school_id channel key kind state tries at sent_at"),
    _e("school", "the school and its options", ACCOUNTS, "as long as the school", NOBODY,
       plain="id urn slug name la_code establishment_number country phase trust mode domain scope options "
       "version created_at"),
    _e("connection", "how the school's MIS is reached; never a secret", ACCOUNTS, "as long as the school",
       NOBODY, staff="created_by",
       plain="id school_id active mis route settings secret_ref remote_id remote_name access access_message "
       "access_checked_at requested_at approved_at guide_done since last_full_at created_at"),
    _e("reportscope", "what the school accepted, who said so and when", ANSWERABLE, "as long as the school",
       NOBODY, staff="decided_by",
       plain="id school_id report accepted fields_declined fields_requested decided_at"),
    _e("lease", "which run has the school at the moment", ACCOUNTS, "minutes", NOBODY,
       plain="school_id run_id holder acquired_at expires_at"),
    _e("subject", "subjects that are taught", ACCOUNTS, "as long as the MIS has them", NOBODY,
       plain="id school_id source_id code name present digest"),
    _e("school_class", "classes and registration groups", ACCOUNTS, "as long as the MIS has them", NOBODY,
       plain="id school_id source_id name code description kind subject_id present gate digest"),
    _e("pupil_group", "groups of pupils", ACCOUNTS, "as long as the MIS has them", NOBODY,
       plain="id school_id source_id name code kind present gate digest"),
    _e("target", "a directory that accounts are written to", ACCOUNTS, "until it is removed", NOBODY,
       staff="created_by",
       plain="id school_id name kind active settings secret_ref options read_at pushed_at created_at"),
    _e("erasure", "that somebody was erased, when and why; nothing that tells who", ANSWERABLE, "for good",
       NOBODY, staff="by", plain="id school_id reference role ground gone_on rows at"),
    _e("slot", "when a school is due next", ACCOUNTS, "until the next run", NOBODY,
       plain="school_id due_at late_at last_slot note"),
    _e("worker", "processes that run what is due", ACCOUNTS, "days", NOBODY,
       plain="id holder started_at heartbeat_at stopped_at"),
    _e("week_figure", "counts by week", "plots and limits", "for good", NOBODY,
       plain="id school_id week kind count"),
)  # fmt: skip
BY_TABLE: dict[str, Entry] = {entry.table: entry for entry in ENTRIES}


def owned() -> Iterator[Entry]:
    """Tables whose rows say by a column whose they are."""
    return (entry for entry in ENTRIES if entry.owners)


def free() -> Iterator[Entry]:
    """Tables with text in which anybody may be named; the journal is searched by itself."""
    return (entry for entry in ENTRIES if entry.free and entry.table != "journal")
