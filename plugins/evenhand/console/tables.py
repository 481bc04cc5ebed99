"""The lists that people look through: what each is made of, and what its columns are for a reader.

Longer than other files, for every list is in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evenhand.console.reader import say
from evenhand.records.sql_files import SqlFile
from evenhand.release.appeals import all_appeals, beside_violations

_SQL = SqlFile(__file__)

_APPEALED = ("account_id", "market", "violation_id", "violation_type")
_NO_APPEALS = _SQL("no_appeals", beside_violations=beside_violations(of_both=_APPEALED))
# Nights of a history don't say why a row is there, and releases of earlier versions have one appeal of a violation.
NONE_OF: Mapping[str, str] = {"reasons": _SQL("no_reasons"), "account_appeals": _NO_APPEALS}
# In the order in which an account comes through them.
STAGES = ("onboarding", "pilot", "active", "probation", "restricted", "exited")

# How a value is written: an account links to its page, a market has its name, a label is looked up in the catalogues,
# `open` is a last day that may be none, a share is of one, what is told in English alone is read out as English, and
# what an account is told in the language of its row. Money is of the currency of its row's market, a balance of the
# unit of its programme. Moves are the entries that moved a balance, conditions the keys of some, a rule one of the
# gates.
Kind = Literal[
    "account",
    "text",
    "english",
    "told",
    "language",
    "label",
    "market",
    "day",
    "open",
    "moment",
    "number",
    "balance",
    "moves",
    "conditions",
    "rule",
    "money",
    "share",
    "yes",
]


@dataclass(frozen=True)
class Column:
    """A column of a list.

    Attributes:
        kind: how its values are written.
        names: of a label, what the catalogues call the key a name of, such as `measure`.
        is_choice: whether people choose among its values.
        unit: what a number counts, for the header.
    """

    name: str
    label: str
    kind: Kind = "text"
    names: str = ""
    is_choice: bool = False
    unit: str = ""

    @property
    def heading(self) -> str:
        """What it is called for people and for machines, where it is downloaded: a label alone can't be looked up."""
        return f"{say(self.label)}{f', {say(self.unit)}' if self.unit else ''} ({self.name})"


@dataclass(frozen=True)
class Listed:
    """A list.

    Attributes:
        about: what a row is, for who opens it first.
        files: the release's files that it is made of.
        sql: its rows, from views called as the files are; `before.` is the release that is compared with.
        beside: what is looked up for a row of it in another file, by the column `by`; nothing is searched in it,
            so that it is looked up for what is shown alone.
        order: in which rows come, unless people choose otherwise; complete, so that pages don't overlap.
        is_compared: whether it needs a release to compare with.
        is_alone_too: whether it has rows too where there is none to compare with; `compared.is_compared` tells it.
        is_of_receivers: whether it is of what receivers were sent, too: `sent`, whose rows they are as `whose`, and
            which receivers agreed as `agreed`. Its SQL is for the ledger then.
    """

    name: str
    title: str
    about: str
    files: Sequence[str]
    sql: str
    columns: Sequence[Column]
    order: str
    is_compared: bool = False
    is_alone_too: bool = False
    is_of_receivers: bool = False
    beside: str = ""
    by: str = ""

    def column(self, name: str) -> Column | None:
        """A column by its name."""
        return next((each for each in self.columns if each.name == name), None)


_ACCOUNT = Column("account_id", "Creator", "account")
_MARKET = Column("market", "Market", "market", is_choice=True)
_PROGRAMME = Column("programme", "Programme", "label", "programme", is_choice=True)
_SCOPE = Column("scope", "Where", "label", "scope", is_choice=True)
_MEASURE = Column("measure", "Measure", "label", "measure", is_choice=True)
_FROM = Column("starts_on", "First day", "day")
_UNTIL = Column("ends_on", "Last day", "open")
_WHY = Column("why", "Why", "english")
_LIST = Column("list", "List", "label", "list", is_choice=True)
_CHANGE = Column("change", "Change", "label", "change", is_choice=True)

LISTS = (
    Listed(
        "penalties",
        "Penalties",
        "A penalty that is in force on the night.",
        ("penalties", "reasons"),
        "from penalties",
        (
            *(_ACCOUNT, _MARKET, _MEASURE, _SCOPE, _PROGRAMME, _FROM, _UNTIL),
            *(Column("prevails", "Prevails", "yes", is_choice=True), _WHY),
        ),
        "starts_on desc, row_key",
        beside="select reason_id, explanation as why from reasons",
        by="reason_id",
    ),
    Listed(
        "rewards",
        "Rewards",
        "A reward that is in force on the night, or what a bonus paid.",
        ("rewards", "reasons"),
        "select rewards.* rename (reward as measure) from rewards",
        (
            *(_ACCOUNT, _MARKET, Column("measure", "Reward", "label", "measure", is_choice=True), _SCOPE, _PROGRAMME),
            *(
                Column("amount", "Amount", "money"),
                _FROM,
                _UNTIL,
                _WHY,
            ),
        ),
        "starts_on desc, row_key",
        beside="select reason_id, explanation as why from reasons",
        by="reason_id",
    ),
    Listed(
        "changes",
        "Changes",
        "A row of a list that isn't as it was released last, and why it isn't.",
        ("changes",),
        "from changes",
        (
            *(_ACCOUNT, _MARKET, _LIST, _CHANGE),
            *(Column("cause", "Cause", "label", "cause", is_choice=True), _MEASURE, _SCOPE, _PROGRAMME),
            Column("is_held", "Held", "yes", is_choice=True),
        ),
        "list, change, row_key",
    ),
    Listed(
        "against",
        "Against another night",
        "A penalty or reward that is new, has ended or is another than on the night that is compared with.",
        ("penalties", "rewards"),
        "\nunion all\n".join(
            (_SQL("against", list="penalties", what="measure"), _SQL("against", list="rewards", what="reward"))
        ),
        (
            *(_ACCOUNT, _MARKET, _LIST, _CHANGE),
            *(_PROGRAMME, _SCOPE, Column("measure_before", "Measure before", "label", "measure", is_choice=True)),
            *(_MEASURE, Column("ends_before", "Last day before", "open"), _UNTIL),
        ),
        "list, change, row_key",
        is_compared=True,
    ),
    Listed(
        "held",
        "Held back",
        "A row that breaks a rule of gate 2: it isn't released, and its account keeps what it had.",
        ("held_rows",),
        "from held_rows",
        (
            *(_ACCOUNT, _MARKET, _LIST, Column("rule", "Rule", "rule", is_choice=True)),
            Column("remedy", "What to do", "english"),
        ),
        "list, rule, row_key",
    ),
    Listed(
        "quarantine",
        "Quarantine",
        "A row of a feed that breaks a rule of gate 1: nothing is decided on it until it is corrected.",
        ("quarantine",),
        "from quarantine",
        (
            *(Column("feed", "Feed", "label", "feed", is_choice=True), Column("row_key", "Row")),
            *(Column("column_name", "Column", is_choice=True), Column("rule", "Rule", "rule", is_choice=True)),
            *(Column("remedy", "What to do", "english"), Column("landed_night", "Landed", "day", is_choice=True)),
            *(Column("landed_file", "File", is_choice=True), Column("landed_row", "Row in the file", "number")),
        ),
        "landed_night desc, feed, landed_file, landed_row, rule",
    ),
    Listed(
        "notices",
        "Notices",
        "What an account is told of something new, changed or ended, as it was written.",
        ("notices",),
        "from notices",
        (
            *(_ACCOUNT, _MARKET, Column("event", "About", "label", "change", is_choice=True), _LIST),
            *(
                Column("language", "Language", "language", is_choice=True),
                Column("subject", "Subject", "told"),
                Column("body", "Text", "told"),
            ),
        ),
        "account_id, notice_id",
    ),
    Listed(
        "creators",
        "Creators",
        "An account: its stage, what is in force on it, and how its health moved.",
        ("account_profiles",),
        "from account_profiles",
        (
            *(_ACCOUNT, _MARKET, Column("kind", "Kind", "label", "kind", is_choice=True)),
            *(Column("stage", "Stage", "label", "stage", is_choice=True), Column("stage_since", "Since", "day")),
            *(Column("penalties", "Penalties", "number"), Column("rewards", "Rewards", "number")),
            Column("is_near_a_zone", "Near a stricter zone", "yes", is_choice=True),
            Column("exited_on", "Left on", "day", is_choice=True),
            Column("followers", "Followers", "number"),
        ),
        "penalties desc, account_id",
    ),
    Listed(
        "health",
        "Account health",
        "An account in a programme: its zone and balance, tonight and last night, and how far the next zone is.",
        ("account_health",),
        "from account_health",
        (
            *(_ACCOUNT, _MARKET, _PROGRAMME, Column("zone", "Zone", "label", "zone", is_choice=True)),
            *(Column("since", "Since", "day"), Column("balance", "Balance", "balance")),
            Column("zone_last_night", "Zone last night", "label", "zone", is_choice=True),
            *(Column("balance_last_night", "Balance last night", "balance"), Column("moved_by", "Moved by", "moves")),
            Column("next_zone", "Next zone", "label", "zone", is_choice=True),
            *(Column("to_next_zone", "To the next zone", "balance"), Column("is_near", "Near", "yes", is_choice=True)),
        ),
        "balance desc nulls last, account_id, programme",
    ),
    Listed(
        "violations",
        "Violations",
        "A violation that is known of an account, with the appeal that says how it stands and until when one can be"
        " filed.",
        ("account_violations",),
        "from account_violations",
        (
            *(_ACCOUNT, _MARKET, Column("violation_id", "Violation")),
            Column("violation_type", "Type", "label", "violation_type", is_choice=True),
            *(Column("severity", "Severity", "label", "severity", is_choice=True), Column("title", "On")),
            *(
                Column("decided_on", "Decided", "day"),
                Column("detected_by", "Detected by", "label", "detected_by", is_choice=True),
            ),
            Column("appeal_outcome", "Appeal", "label", "appeal_outcome", is_choice=True),
            Column("appeal_until", "Can be appealed until", "day"),
        ),
        "decided_on desc nulls last, violation_id",
    ),
    Listed(
        "appeals",
        "Appeals",
        "An appeal against a violation, and what became of it: there can be several against one.",
        ("account_violations", "account_appeals"),
        _SQL("appeals", appeals=all_appeals(of_both=_APPEALED)),
        (
            *(_ACCOUNT, _MARKET, Column("appeal_id", "Appeal"), Column("violation_id", "Violation")),
            Column("violation_type", "Type", "label", "violation_type", is_choice=True),
            *(
                Column("severity", "Severity", "label", "severity", is_choice=True),
                Column("appeal_filed_on", "Filed", "day"),
            ),
            Column("appeal_outcome", "Outcome", "label", "appeal_outcome", is_choice=True),
            Column("appeal_decided_on", "Decided", "day"),
            Column("is_out_of_court", "Out of court", "yes", is_choice=True),
        ),
        "appeal_filed_on desc nulls last, appeal_id, violation_id",
    ),
    Listed(
        "eligibility",
        "Eligibility",
        "Something that an account is or isn't eligible for, and the conditions that fail.",
        ("eligibility",),
        "from eligibility",
        (
            *(_ACCOUNT, _MARKET, Column("eligibility", "For", "label", "eligibility", is_choice=True)),
            *(
                Column("is_open", "Is eligible", "yes", is_choice=True),
                Column("failed_conditions", "Conditions that fail", "conditions"),
            ),
        ),
        "is_open, eligibility, account_id",
    ),
    Listed(
        "gaps",
        "Enforcement gaps",
        "A case that went nowhere, or a penalty in spite of which an account sold.",
        ("enforcement_gaps",),
        "from enforcement_gaps",
        (
            *(_ACCOUNT, _MARKET, Column("gap", "Gap", "label", "gap", is_choice=True), Column("since", "Since", "day")),
            *(Column("violation_id", "Violation"), Column("orders", "Orders", "number")),
            Column("amount", "Sold for", "money"),
        ),
        "since, gap, account_id, violation_id, row_key",
    ),
    Listed(
        "deliveries",
        "Deliveries",
        "What a receiver was sent of a list of a market for the night, what it answered, and whether it agrees.",
        ("penalties", "rewards", "notices", "changes"),
        _SQL("deliveries"),
        (
            *(Column("receiver", "Receiver", is_choice=True), _LIST, _MARKET),
            *(Column("put", "Put", "number"), Column("removed", "Removed", "number")),
            *(Column("acknowledged", "Acknowledged", "number"), Column("rejected", "Rejected", "number")),
            Column("unanswered", "Not answered yet", "number"),
            *(Column("planned_at", "First sent (UTC)", "moment"), Column("answered_at", "Last answer (UTC)", "moment")),
            Column("agrees", "Holds what it should", "yes", is_choice=True),
        ),
        "receiver, list, market nulls last",
        is_of_receivers=True,
    ),
    Listed(
        "stages",
        "Stages",
        "The creators of a market at a stage, and how many came to it and left it since.",
        ("account_profiles",),
        _SQL("stages"),
        (
            *(_MARKET, Column("stage", "Stage", "label", "stage", is_choice=True)),
            *(Column("accounts", "Creators", "number"), Column("part", "Of the market", "share")),
            *(Column("came", "Came to it", "number"), Column("went", "Left it", "number")),
        ),
        f"market, list_position({list(STAGES)}, stage) nulls last, stage",
        is_compared=True,
        is_alone_too=True,
    ),
    Listed(
        "live",
        "Live performance",
        "What an account's lives came to in the last four weeks.",
        ("live_performance",),
        "from live_performance",
        (
            *(_ACCOUNT, _MARKET, Column("lives", "Lives", "number"), Column("hours", "Live", "number", unit="hours")),
            *(Column("viewers", "Viewers", "number"), Column("orders", "Orders", "number")),
            *(Column("conversion", "Orders a viewer", "share"), Column("interrupted", "Interrupted", "share")),
            Column("without_interaction", "Without interaction", "share"),
        ),
        "orders desc nulls last, account_id",
    ),
)
BY_NAME = {each.name: each for each in LISTS}


def whether(is_compared: bool) -> str:
    """Whether there is a release to compare with, as SQL: where there is none, nothing is known to be new."""
    return f"select {str(is_compared).lower()} as is_compared"
