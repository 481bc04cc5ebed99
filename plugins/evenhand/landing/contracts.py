"""What each feed promises. The one definition: loading, gate 1 and docs/feeds.md all come from here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["text", "date", "number"]

# What an account can be to the marketplace.
KINDS = ("creator", "affiliate", "marketing", "official_shop", "seller", "platform")


@dataclass(frozen=True)
class Column:
    """One column of a feed.

    Attributes:
        meaning: what a value says, for people.
        type: what a value is.
        decimals: how many digits a number may have after its point.
        required: whether a row without a value is quarantined.
        one_of: the only values allowed; empty means any.
        refers_to: the feed whose key a value must be found in; checked only where there is a value.
        with_the_same: a column in which this row and the one that it refers to must agree.
        required_unless: a value of another column, as (column, value), that excuses a missing one.
        absent_means: for a required column, what a missing value tells about the row; shown in the quarantine.
        may_be_absent: whether a file may lack the column, which is then without a value; only where none is required.
    """

    name: str
    meaning: str
    type: ColumnType = "text"
    decimals: int = 2
    required: bool = True
    one_of: tuple[str, ...] = ()
    refers_to: str | None = None
    with_the_same: str | None = None
    required_unless: tuple[str, str] | None = None
    absent_means: str = ""
    may_be_absent: bool = False


@dataclass(frozen=True)
class Contract:
    """One feed: a row's grain, its key, and its columns in order.

    Attributes:
        may_be_absent: whether a marketplace may do without the feed; it has no rows until its first file lands.
    """

    feed: str
    grain: str
    key: str
    columns: tuple[Column, ...]
    may_be_absent: bool = False

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns; a file may have no others in its header."""
        return tuple(column.name for column in self.columns)

    @property
    def names_in_every_file(self) -> tuple[str, ...]:
        """The names that a file of this feed must have in its header, in any order."""
        return tuple(column.name for column in self.columns if not column.may_be_absent)


CREATORS = Contract(
    feed="creators",
    grain="One row per account.",
    key="account_id",
    columns=(
        Column("account_id", "The account."),
        Column("market", "The market whose policy pack decides about the account."),
        Column(
            "kind",
            "`platform` is an account of the marketplace itself; which kinds a policy applies to is the pack's to say.",
            one_of=KINDS,
        ),
        Column("language", "Two-letter code of the language the account is written to in."),
        Column("onboarded_on", "First day the marketplace knew the account.", type="date"),
    ),
)

CONTENTS = Contract(
    feed="contents",
    grain="One row per piece of content.",
    key="content_id",
    columns=(
        Column("content_id", "The content."),
        Column("account_id", "The account that owns it.", refers_to="creators"),
        Column("kind", "What it is.", one_of=("short_video", "live", "repository")),
        Column("published_on", "Day of publication, where the source knows it.", type="date", required=False),
    ),
)

VIOLATIONS = Contract(
    feed="violations",
    grain="One row per account and content that one decision finds in breach.",
    key="violation_id",
    columns=(
        Column("violation_id", "The violation."),
        Column("account_id", "The account held responsible.", refers_to="creators"),
        Column(
            "content_id",
            "The content in breach; empty where the account as a whole is named.",
            required=False,
            refers_to="contents",
        ),
        Column("violation_type", "What was breached, in the words of the policy pack."),
        Column(
            "batch_id",
            "The document or sweep that the decision came from; one batch can name thousands of accounts.",
            required=False,
        ),
        Column("decided_on", "Day of the decision, in the market's time zone.", type="date"),
        Column("severity", "How grave it is, in the words of the packs.", required=False, may_be_absent=True),
        Column("points", "The value that the reviewer gave it.", type="number", required=False, may_be_absent=True),
    ),
)

APPEALS = Contract(
    feed="appeals",
    grain="One row per appeal against one violation.",
    key="appeal_id",
    columns=(
        Column("appeal_id", "The appeal."),
        Column(
            "violation_id",
            "The violation that it answers.",
            refers_to="violations",
            with_the_same="account_id",
            absent_means="the appeal answers no violation decided before it",
        ),
        Column("account_id", "The account that appeals.", refers_to="creators"),
        Column("filed_on", "Day of filing, in the market's time zone.", type="date"),
        Column(
            "outcome",
            "`pending` until decided; a later row with the same key brings the decision.",
            one_of=("pending", "granted", "partly_granted", "denied"),
        ),
        Column(
            "decided_on",
            "Day of the decision; empty while pending.",
            type="date",
            required_unless=("outcome", "pending"),
            absent_means="a decided appeal without its date can't be applied",
        ),
        Column(
            "points",
            "For `partly_granted`, the points that the violation has from the decision on.",
            type="number",
            required=False,
            may_be_absent=True,
        ),
    ),
)

ACTIVITIES = Contract(
    feed="activities",
    grain=(
        "One row per thing that an account did or that was done for it: a training passed, orders delivered, a post,"
        " a live."
    ),
    key="activity_id",
    may_be_absent=True,
    columns=(
        Column("activity_id", "The activity."),
        Column("account_id", "The account.", refers_to="creators"),
        Column("activity", "Its name, in the words of the packs."),
        Column("on_day", "The day of it, in the market's time zone.", type="date"),
        Column("quantity", "How many at once; empty means 1.", type="number", required=False),
        Column(
            "violation_id",
            "The violation that it answers, for instance by addressing it.",
            required=False,
            refers_to="violations",
            with_the_same="account_id",
        ),
        Column("content_id", "The content that it is about.", required=False, refers_to="contents"),
        Column(
            "subject",
            "What else it is about, for instance the type of violation that a training teaches, or a product.",
            required=False,
        ),
    ),
)

METRICS = Contract(
    feed="metrics",
    grain="One row per account, metric and day: a number measured elsewhere, which holds until the next one.",
    key="measurement_id",
    may_be_absent=True,
    columns=(
        Column("measurement_id", "The measurement."),
        Column("account_id", "The account.", refers_to="creators"),
        Column("metric", "Its name, in the words of the packs."),
        Column("on_day", "First day that the value holds, in the market's time zone.", type="date"),
        Column(
            "value",
            "The number; empty means that it was measured and is unknown.",
            type="number",
            decimals=4,
            required=False,
        ),
    ),
)

# Parents before children: a feed's references are checked against rows that were already accepted.
FEEDS: tuple[Contract, ...] = (CREATORS, CONTENTS, VIOLATIONS, APPEALS, ACTIVITIES, METRICS)
BY_NAME: dict[str, Contract] = {contract.feed: contract for contract in FEEDS}
