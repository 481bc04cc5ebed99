"""What each feed promises. The one definition: loading, gate 1 and docs/feeds.md all come from here.

Longer than other files, for it is the list of all feeds and their columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, TypedDict

ColumnType = Literal["text", "date", "number", "moment"]
# What the packs and marketplace.yml say of the words of a column.
Vocabulary = Literal["violation_types", "severities", "surfaces", "activities", "metrics"]

# Four weeks that are counted, and a week for what comes late.
RECENT_NIGHTS = 35

# What happened before was before there was anything to govern; such a day is a typing error, or somebody's zero.
FIRST_DAY = date(2000, 1, 1)

# A moment as text in a CSV file, and as DuckDB writes a TIMESTAMPTZ of a Parquet file. DuckDB alone would also take a
# year of two digits, which is one of Nero's, and +99:99, which is four days; no zone is more than 14 hours from UTC.
# Without braces, which are Great Expectations' own in a query.
_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]?-[0-9][0-9]?"
_ZONE = "Z|[+-](0[0-9]|1[0-4])(:?[0-5][0-9](:[0-5][0-9])?)?"
MOMENT = f"{_DAY}[T ][0-9:.]+({_ZONE})"

# What an account can be to the marketplace.
KINDS = ("creator", "affiliate", "marketing", "official_shop", "seller", "platform")


@dataclass(frozen=True)
class Column:
    """One column of a feed.

    Attributes:
        meaning: what a value says, for people.
        type: what a value is.
        decimals: how many digits a number may have after its point.
        at_least: the least that a number may be; None where it may be negative.
        at_most: the most that a number may be; None where it may be any.
        required: whether a row without a value is quarantined.
        one_of: the only values allowed; empty means any.
        vocabulary: what has the words that do something, where others are allowed and do nothing.
        refers_to: the feed whose key a value must be found in; checked only where there is a value.
        names_one_of: feeds of one of which a value is the key: nothing checks it, and what it names is looked at as
            long as the row is.
        with_the_same: a column in which this row and the one that it refers to must agree.
        required_unless: a value of another column, as (column, value), that excuses a missing one.
        absent_means: for a required column, what a missing value tells about the row; shown in the quarantine.
        required_when: a value of another column, as (column, value), that needs this one.
        moment_of: for a time, the column with its day.
        may_be_absent: whether a file may lack the column, which is then without a value; only where none is required.
        is_person: whether a value can be somebody who works for the marketplace: no figure of one of them is shown.
    """

    name: str
    meaning: str
    type: ColumnType = "text"
    decimals: int = 2
    at_least: int | None = None
    at_most: int | None = None
    required: bool = True
    one_of: tuple[str, ...] = ()
    vocabulary: Vocabulary | None = None
    refers_to: str | None = None
    names_one_of: tuple[str, ...] = ()
    with_the_same: str | None = None
    required_unless: tuple[str, str] | None = None
    required_when: tuple[str, str] | None = None
    moment_of: str = ""
    absent_means: str = ""
    may_be_absent: bool = False
    is_person: bool = False

    @property
    def is_any_text(self) -> bool:
        """Whether any text may stand in it, such as what people write; it needs none, and refers to nothing."""
        says_something = self.one_of or self.vocabulary or self.refers_to or self.names_one_of
        return self.type == "text" and not self.required and not says_something

    @property
    def is_flag(self) -> bool:
        """Whether its values are yes and no."""
        return self.one_of == ("yes", "no")


class _Optional(TypedDict):
    required: bool
    may_be_absent: bool


OPTIONAL: _Optional = {"required": False, "may_be_absent": True}

WITHDRAWN = Column(
    "withdrawn",
    "`yes` takes the row back: from then on it counts as one that never landed, unless it lands again.",
    one_of=("yes",),
    **OPTIONAL,
)
MARKET = Column("market", "The market whose policy pack decides about the account.")


def _time(name: str, what: str, day: str) -> Column:
    """The time of what a column has the day of."""
    return Column(
        name,
        f"When {what}, with its time zone; its day in the market's time zone is `{day}`, else it isn't used.",
        type="moment",
        moment_of=day,
        **OPTIONAL,
    )


UPDATED_AT = Column(
    "updated_at",
    "When the source changed the row last, as `2026-03-01T09:30:00+07:00`: of the versions of a key, the one changed"
    " last counts, whenever each lands.",
    type="moment",
    **OPTIONAL,
)


@dataclass(frozen=True)
class Contract:
    """One feed: a row's grain, its key, and its columns in order.

    Attributes:
        own_columns: without those that every feed has.
        may_be_absent: whether a marketplace may do without the feed; it has no rows until its first file lands.
        versions: what gate 1 calls the table of all good versions of its rows, and of those that withdraw one, where
            older ones matter as well.
        looked_at_nights: for how many nights a row is looked at after it has landed, its own night included, unless a
            row of another feed refers to it; None means for ever.
        happened_on: SQL over the columns for the day of what a row tells, by which gate 1 sees whether a feed is fresh;
            None where rows tell of no day.
        progress: SQL over the columns for how far what a row tells has come, null if that can't be told; it never goes
            back from one version of a key to the next. None where nothing goes on.
        tells: whether no list can come to change by its rows: they only tell how well things are done.
    """

    feed: str
    grain: str
    key: str
    own_columns: tuple[Column, ...]
    may_be_absent: bool = False
    versions: str | None = None
    looked_at_nights: int | None = None
    happened_on: str | None = None
    progress: str | None = None
    tells: bool = False

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns of the feed."""
        return (*self.own_columns, UPDATED_AT, WITHDRAWN)

    @property
    def changed_at(self) -> str:
        """SQL for when a version of a row is of: when its source changed it, else the end of the night it landed in."""
        return "coalesce(try_cast(updated_at as timestamptz), timezone('UTC', cast(landed_night + 1 as timestamp)))"

    @property
    def names(self) -> tuple[str, ...]:
        """The columns that name something: the key, and what refers to a key."""
        return tuple(each.name for each in self.columns if each.name == self.key or each.refers_to)

    def names_an_account(self, column: str) -> bool:
        """Whether a column names an account, here or in the feed of accounts."""
        refers_to = {each.name: each.refers_to for each in self.columns}.get(column)
        return refers_to == "creators" or (self.feed, column) == ("creators", self.key)

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of all columns; what else a file has in its header is passed over, and told."""
        return tuple(column.name for column in self.columns)

    @property
    def figures(self) -> tuple[Column, ...]:
        """Its own columns that are numbers, or yes and no: those of creators are metrics, by their names."""
        return tuple(each for each in self.own_columns if each.type == "number" or each.is_flag)

    def may_name_a_person(self, column: str) -> bool:
        """Whether a column, or where it is empty a line that can't be read, can name who works for the marketplace."""
        return any(each.is_person and column in ("", each.name) for each in self.columns)

    @property
    def names_in_every_file(self) -> tuple[str, ...]:
        """The names that a file of this feed must have in its header, in any order."""
        return tuple(column.name for column in self.columns if not column.may_be_absent)


CREATORS = Contract(
    feed="creators",
    grain="One row per account.",
    key="account_id",
    versions="creator_versions",
    own_columns=(
        Column("account_id", "The account."),
        MARKET,
        Column(
            "kind",
            "`platform` is an account of the marketplace itself; which kinds a policy applies to is the pack's to say.",
            one_of=KINDS,
        ),
        Column(
            "language",
            "Code of the language the account is written to in, with or without a country: `pt`, `pt_BR`.",
        ),
        Column("onboarded_on", "First day the marketplace knew the account.", type="date"),
        Column("exited_on", "Day on which it left; empty while it is there.", type="date", **OPTIONAL),
        Column("followers", "How many accounts follow it.", type="number", at_least=0, decimals=0, **OPTIONAL),
        Column("category", "What it mostly sells.", **OPTIONAL),
        Column("linked_to", "Another account of the same owner.", **OPTIONAL),
    ),
)

# What contents and lives both say of themselves.
_ABOUT = (
    Column("language", "Two-letter code of the language that is spoken or written in it.", **OPTIONAL),
    Column("category", "What it is about or sells.", **OPTIONAL),
    Column("link", "Where a reviewer can see it.", **OPTIONAL),
)

CONTENTS = Contract(
    feed="contents",
    happened_on="published_on",
    grain="One row per piece of content.",
    key="content_id",
    own_columns=(
        Column("content_id", "The content."),
        Column("account_id", "The account that owns it.", refers_to="creators"),
        Column("kind", "What it is.", one_of=("short_video", "live", "repository")),
        Column("published_on", "Day of publication, where the source knows it.", type="date", required=False),
        Column("title", "What it is called, for notices to name it.", **OPTIONAL),
        _time("published_at", "it was published", "published_on"),
        Column("views", "How often it has been seen so far.", type="number", at_least=0, decimals=0, **OPTIONAL),
        Column(
            "views_before_removal",
            "Of a content that was removed, how often it was seen before that.",
            type="number",
            at_least=0,
            decimals=0,
            **OPTIONAL,
        ),
        *_ABOUT,
    ),
    looked_at_nights=RECENT_NIGHTS,
)

LIVES = Contract(
    feed="lives",
    happened_on="on_day",
    grain="One row per live.",
    key="live_id",
    may_be_absent=True,
    looked_at_nights=RECENT_NIGHTS,
    own_columns=(
        Column("live_id", "The live."),
        Column("account_id", "The account that was live.", refers_to="creators"),
        Column("on_day", "Day on which it began, in the market's time zone.", type="date"),
        Column("minutes", "How long it was on.", type="number", at_least=0, decimals=0),
        Column("viewers", "How many people saw some of it.", type="number", at_least=0, decimals=0),
        Column("interactions", "Comments, likes and shares.", type="number", at_least=0, decimals=0),
        Column("product_links", "How many products were linked.", type="number", at_least=0, decimals=0),
        Column("interrupted", "Whether it broke off, or was broken off.", one_of=("yes", "no")),
        Column("title", "What it is called, for notices to name it.", **OPTIONAL),
        _time("began_at", "it began", "on_day"),
        *_ABOUT,
    ),
)

ORDERS = Contract(
    feed="orders",
    progress="try_cast(status_on as date)",
    happened_on="status_on",
    grain="One row per order, which lands again when something becomes of it.",
    key="order_id",
    may_be_absent=True,
    looked_at_nights=RECENT_NIGHTS,
    own_columns=(
        Column("order_id", "The order."),
        Column("account_id", "The account whose content or live led to it.", refers_to="creators"),
        Column("ordered_on", "Day of the order, in the market's time zone.", type="date"),
        Column(
            "status",
            "What has become of it so far.",
            one_of=("placed", "delivered", "cancelled", "refunded", "disputed"),
        ),
        Column("status_on", "Day since when that is so.", type="date"),
        Column("amount", "What the buyer pays, in the market's currency.", type="number", at_least=0),
        Column("commission", "What the account earns of it, in the market's currency.", type="number", at_least=0),
        Column("content_id", "The content that led to it.", refers_to="contents", **OPTIONAL),
        Column("live_id", "The live that led to it.", refers_to="lives", **OPTIONAL),
    ),
)

USER_REPORTS = Contract(
    feed="user_reports",
    happened_on="reported_on",
    grain="One row per report by a user.",
    key="report_id",
    may_be_absent=True,
    looked_at_nights=RECENT_NIGHTS,
    own_columns=(
        Column("report_id", "The report."),
        Column("account_id", "The account that it is about.", refers_to="creators"),
        Column("content_id", "The content that it is about.", refers_to="contents", **OPTIONAL),
        Column("live_id", "The live that it is about.", refers_to="lives", **OPTIONAL),
        Column(
            "report_type",
            "What the user says is wrong, in the words of the violation types.",
            vocabulary="violation_types",
        ),
        Column("reported_on", "Day of the report, in the market's time zone.", type="date"),
        Column(
            "notifier",
            "Who reports; empty means a user.",
            one_of=("user", "trusted_flagger", "rights_holder", "authority"),
            **OPTIONAL,
        ),
        Column("ground", "What the report rests on: a law, or the marketplace's own rules.", **OPTIONAL),
        Column(
            "outcome",
            "What came of it; a later row with the same key brings it.",
            one_of=("pending", "action_taken", "no_action"),
            **OPTIONAL,
        ),
        Column("decided_on", "Day on which that was decided.", type="date", **OPTIONAL),
        _time("reported_at", "it was reported", "reported_on"),
        _time("decided_at", "that was decided", "decided_on"),
    ),
)

VIOLATIONS = Contract(
    feed="violations",
    progress=(
        "case when status = 'open' then 0 when status = 'restored' then 2"
        " when try_cast(decided_on as date) is not null then 1 end"
    ),
    happened_on="coalesce(decided_on, detected_on)",
    grain="One row per account and content that one decision finds in breach.",
    key="violation_id",
    own_columns=(
        Column("violation_id", "The violation."),
        Column("account_id", "The account held responsible.", refers_to="creators"),
        Column(
            "content_id",
            "The content in breach; empty where the account as a whole is named.",
            required=False,
            refers_to="contents",
        ),
        Column("violation_type", "What was breached, in the words of the policy pack.", vocabulary="violation_types"),
        Column(
            "batch_id",
            "The document or sweep that the decision came from; one batch can name thousands of accounts.",
            required=False,
        ),
        Column(
            "decided_on",
            "Day of the decision, in the market's time zone; empty while the case is open.",
            type="date",
            required_unless=("status", "open"),
        ),
        Column(
            "status",
            "`open` from detection until the decision; a later row with the same key brings it. `restored`: the"
            " decision was taken back without an appeal, and is void from then on. Empty means decided.",
            one_of=("open", "decided", "restored"),
            **OPTIONAL,
        ),
        Column("severity", "How grave it is, in the words of the packs.", vocabulary="severities", **OPTIONAL),
        Column("points", "The value that the reviewer gave it.", type="number", at_least=0, **OPTIONAL),
        Column("live_id", "The live in breach.", refers_to="lives", **OPTIONAL),
        Column("surface", "Where it was seen, such as `live` or `short_video`.", vocabulary="surfaces", **OPTIONAL),
        Column("detected_on", "Day on which it was first flagged.", type="date", **OPTIONAL),
        Column("detected_by", "Who flagged it first, such as `model`, `user_report` or `rights_holder`.", **OPTIONAL),
        Column("decided_by", "Who decided: a reviewer, or a system.", is_person=True, **OPTIONAL),
        Column("enforced_on", "Day on which something was done about it, where it was.", type="date", **OPTIONAL),
        Column("notified_on", "Day on which the account was told.", type="date", **OPTIONAL),
        Column(
            "restored_on",
            "With `restored`, the day on which the decision was taken back.",
            type="date",
            required_when=("status", "restored"),
            absent_means="what was taken back on no day can't be applied",
            **OPTIONAL,
        ),
        Column(
            "automation_of_detection",
            "How far a system found it without a person.",
            one_of=("full", "part", "none"),
            **OPTIONAL,
        ),
        Column(
            "automation_of_decision",
            "How far a system decided without a person.",
            one_of=("full", "part", "none"),
            **OPTIONAL,
        ),
        Column("guidance_version", "The version of the guidance that it was decided by.", **OPTIONAL),
        Column(
            "confidence",
            "How sure a model was, from 0 to 1.",
            type="number",
            at_least=0,
            at_most=1,
            decimals=4,
            **OPTIONAL,
        ),
        _time("detected_at", "it was first flagged", "detected_on"),
        _time("decided_at", "it was decided", "decided_on"),
        _time("enforced_at", "something was done about it", "enforced_on"),
        _time("notified_at", "the account was told", "notified_on"),
        _time("restored_at", "the decision was taken back", "restored_on"),
    ),
)

APPEALS = Contract(
    feed="appeals",
    progress="case when outcome = 'pending' then 0 when try_cast(decided_on as date) is not null then 1 end",
    happened_on="coalesce(decided_on, filed_on)",
    grain="One row per appeal against one violation.",
    key="appeal_id",
    own_columns=(
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
            "`pending` until decided; a later row with the same key brings the decision. `withdrawn_by_account`: the"
            " account took its appeal back, which ends it and voids nothing.",
            one_of=("pending", "granted", "partly_granted", "denied", "withdrawn_by_account"),
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
            at_least=0,
            **OPTIONAL,
        ),
        Column(
            "decider",
            "Who decided: a person, a person other than the one who had decided first, or a system.",
            one_of=("person", "another_person", "automated"),
            **OPTIONAL,
        ),
        Column("ground", "What the account appeals for.", **OPTIONAL),
        Column(
            "channel",
            "Where it was filed: with the marketplace itself, or with a body out of court. Empty means its own.",
            one_of=("own", "out_of_court"),
            **OPTIONAL,
        ),
        _time("filed_at", "it was filed", "filed_on"),
        _time("decided_at", "it was decided", "decided_on"),
    ),
)

TRAININGS = Contract(
    feed="trainings",
    versions="training_versions",
    happened_on="passed_on",
    grain="One row per training that an account has passed.",
    key="attempt_id",
    may_be_absent=True,
    own_columns=(
        Column("attempt_id", "The attempt that was passed."),
        Column("account_id", "The account.", refers_to="creators"),
        Column("training", "Its name, an activity in the words of the packs.", vocabulary="activities"),
        Column("passed_on", "Day on which it was passed, in the market's time zone.", type="date"),
        Column("subject", "What it teaches, for instance a type of violation.", **OPTIONAL),
    ),
)

QA_REVIEWS = Contract(
    feed="qa_reviews",
    happened_on="reviewed_on",
    grain="One row per second, blind opinion on something that was drawn at random.",
    key="review_id",
    tells=True,
    may_be_absent=True,
    looked_at_nights=RECENT_NIGHTS,
    own_columns=(
        Column("review_id", "The review."),
        Column(
            "drawn_from",
            "`published`: from all that was published, whether flagged or not; `decided`: from the decisions.",
            one_of=("published", "decided"),
        ),
        Column("account_id", "The account that it is about.", refers_to="creators"),
        Column("content_id", "The content that was looked at.", refers_to="contents", **OPTIONAL),
        Column(
            "violation_id",
            "With `decided`, the decision that was looked at.",
            refers_to="violations",
            with_the_same="account_id",
            **OPTIONAL,
        ),
        Column("reviewed_on", "Day of the review, in the market's time zone.", type="date"),
        Column("is_violation", "The opinion.", one_of=("yes", "no")),
        Column("violation_type", "Of which type, if it is one.", vocabulary="violation_types", **OPTIONAL),
        Column("reviewer", "Who reviewed.", is_person=True, **OPTIONAL),
        Column(
            "round",
            "Which opinion on the item it is: 1 for the first.",
            type="number",
            at_least=1,
            decimals=0,
            **OPTIONAL,
        ),
        Column("guidance_version", "The version of the guidance that it was reviewed by.", **OPTIONAL),
        Column("blind", "Whether the reviewer knew of no other opinion.", one_of=("yes", "no"), **OPTIONAL),
        Column("draw_item_id", "The item of a draw that it answers.", **OPTIONAL),
        Column(
            "inclusion_probability",
            "Of a sample that was drawn elsewhere, how likely the item was to be drawn.",
            type="number",
            at_least=0,
            at_most=1,
            decimals=10,
            **OPTIONAL,
        ),
        _time("reviewed_at", "it was reviewed", "reviewed_on"),
    ),
)

CREATOR_CONTACTS = Contract(
    feed="creator_contacts",
    progress="case when try_cast(solved_on as date) is null then 0 else 1 end",
    happened_on="coalesce(solved_on, opened_on)",
    grain="One row per contact of an account with support: a question or a complaint.",
    key="contact_id",
    tells=True,
    may_be_absent=True,
    looked_at_nights=RECENT_NIGHTS,
    own_columns=(
        Column("contact_id", "The contact."),
        Column("account_id", "The account.", refers_to="creators"),
        Column("opened_on", "Day on which it was opened, in the market's time zone.", type="date"),
        Column("subject", "What it is about.", **OPTIONAL),
        Column("rule", "The rule that it complains of, in the words of the packs.", **OPTIONAL),
        Column("solved_on", "Day on which it was solved; empty while it is open.", type="date", **OPTIONAL),
        Column(
            "satisfaction",
            "What the account said of it, from 1 to 5.",
            type="number",
            at_least=1,
            at_most=5,
            decimals=0,
            **OPTIONAL,
        ),
        _time("opened_at", "it was opened", "opened_on"),
        _time("solved_at", "it was solved", "solved_on"),
    ),
)

GOLDEN_ITEMS = Contract(
    feed="golden_items",
    grain="One row per item whose truth is known, by which reviewers' errors are measured.",
    key="golden_id",
    tells=True,
    may_be_absent=True,
    own_columns=(
        Column("golden_id", "The item."),
        Column("account_id", "The account whose it is.", refers_to="creators"),
        Column(
            "subject",
            "The content, live or decision that it is, by its key.",
            names_one_of=("contents", "lives", "violations"),
        ),
        Column("is_violation", "The truth.", one_of=("yes", "no")),
        Column("guidance_version", "The version of the guidance that it is true by.", **OPTIONAL),
    ),
)

ACTIVITIES = Contract(
    feed="activities",
    versions="activity_versions",
    happened_on="on_day",
    grain=(
        "One row per thing that an account did or that was done for it: a training passed, orders delivered, a post,"
        " a live."
    ),
    key="activity_id",
    may_be_absent=True,
    own_columns=(
        Column("activity_id", "The activity."),
        Column("account_id", "The account.", refers_to="creators"),
        Column("activity", "Its name, in the words of the packs.", vocabulary="activities"),
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
    happened_on="on_day",
    grain="One row per account, metric and day: a number measured elsewhere, which holds until the next one.",
    key="measurement_id",
    may_be_absent=True,
    own_columns=(
        Column("measurement_id", "The measurement."),
        Column("account_id", "The account.", refers_to="creators"),
        Column("metric", "Its name, in the words of the packs.", vocabulary="metrics"),
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
FEEDS: tuple[Contract, ...] = (
    CREATORS,
    CONTENTS,
    LIVES,
    VIOLATIONS,
    APPEALS,
    TRAININGS,
    ORDERS,
    USER_REPORTS,
    QA_REVIEWS,
    ACTIVITIES,
    METRICS,
    CREATOR_CONTACTS,
    GOLDEN_ITEMS,
)
BY_NAME: dict[str, Contract] = {contract.feed: contract for contract in FEEDS}
