"""What the gates say of a night, for who reads it in another language: why a list is held, why a market wasn't decided,
and what is to be done about rows that break a rule.

Each text is that of a sentence as a gate writes it: in expectations/, quality/, landing/ and tasks/.
"""

from __future__ import annotations

from collections.abc import Sequence

from evenhand.reports.remedies import REMEDIES
from evenhand.reports.sentences import (
    Place,
    Sentences,
    day,
    key,
    label,
    market,
    number,
    pack,
    rule,
    several,
    text,
    value,
)

_USUAL = "{number} where {expected} [is|are] usual, which chance brings on one night of {of_nights} at most"
# As earlier versions said it.
_SPREADS = "{number} where {expected} [is|are] usual, {spreads} [spread|spreads] away"
_SHARE = "Of {of_rows} rows of {feed} looked at, {share} {shared}; over the last {nights} nights {before} had"
_UNUSABLE = "the file can't be used: {why}"
_LAND_AGAIN = "Have the source land it again, or take it away"
_BAD = "are bad; the first: {file}, row {row}, {problem}. So many bad rows mean that the file is wrong; have the source"
_EFFECT = "{some_rows} of {list} would be otherwise tonight"

# A number of a list or a feed that is unusual, or rows that a policy or code changes.
_FOUND = (
    "There are {rows} rows, and {released} were released last",
    "There is no row, and time alone would have left {rows}",
    "Of {programme}, {measure} there are {rows} rows, and time alone would have left {released}",
    "Of {programme}, {measure}: {found}",
    *(
        sentence
        for usual in (_USUAL, _SPREADS)
        for sentence in (
            f"{{rows_moved}} tonight: {usual}",
            f"{{rows_moved}} over the last {{nights}} nights: {usual}, by the nights of four to eight weeks ago",
            f"{{rows_moved}} over the last {{nights}} nights: {usual}",
            f"{{rows_moved}}: {usual}",
            f"Rows of {{feed}} that landed: {usual}",
            f"Rows of {{feed}} that were withdrawn: {usual}",
        )
    ),
    f"{_SHARE}, on none of them any",
    f"{_SHARE}, on none more than {{limit}}",
    f"{_SHARE}, on none less than {{limit}}",
    _SHARE,
    "{twins} of {rows} new violations are there under another key as well",
    "{file} landed late in the folder of an earlier night, and takes {amount} of {programme} from {accounts}"
    " [account|accounts] paid before",
    *(
        f"{{rows}} [row changes|rows change]{words} because the {what} changed, and {approved}"
        for words in (", in words alone,", "")
        for what in ("policy", "code")
        for approved in ("{most} were approved", "none were approved")
    ),
)
# What is otherwise in rules and settings, receivers, translations and budgets.
_WAS = "{column} was {was} and is {now}"
_OTHERWISE = "{gone} [rule is|rules are] gone or otherwise, {new} [rule is|rules are] new or otherwise"
_RULES = (
    "version {version} takes the place of version {other} from {day} until {last_day}{command}",
    "version {version} takes the place of version {other} from {day} on{command}",
    "version {version} decides from {day} until {last_day}, and nothing of this pack did in the market before",
    "version {version} decides from {day} on, and nothing of this pack did in the market before",
    "version {version}, which decided from {day} until {last_day}, is gone with all of its rules",
    "version {version}, which decided from {day} on, is gone with all of its rules",
    "version {version} is in force from {day} {lasts}, not from {last_day} {lasted}",
    "version {version} is in force from {day}, not from {last_day}",
    "version {version} is in force {lasts}, not {lasted}",
    "version {version}, {pack_change}",
    "timezone: that of {market} was {was} and is {now}",
    "time_zones: that of {market} was {was} and is {now}",
    "markets were {was} and are {now}",
    f"version {{version}}, {{table}}: {_OTHERWISE}",
    f"{{table}}: {_OTHERWISE}",
    "version {version}, {table}: {columns}",
    "{table}: {columns}",
    _WAS,
    "{pack}: {rules}",
)
_RECEIVERS = (
    "It is a receiver that nobody has approved; all that it should hold would be sent to it",
    *(
        f"It {what} {{rows}} rows of {{list}} tonight{usual}"
        for what in ("would be sent", "would lose")
        for usual in (
            "; of the last {nights} nights, {low} to {high}",
            "; of the last {nights} nights, {low}",
            "; of the night before, {low}",
            "",
        )
    ),
    _WAS,
)
_TRANSLATIONS = (
    "It is a language that nobody has approved; until then its accounts are told in English",
    "{more} more texts are otherwise",
    "No night is released that would say how many accounts read it",
    "The last {nights} nights had {notices} notices in it, to {accounts} accounts",
    "The last night had {notices} notices in it, to {accounts} accounts",
    "plurals were {was} and are {now}",
    _WAS,
)
_BUDGETS = (
    "review_budgets: that of {market} was {was} and is {now}",
    "Tonight {rows} items are drawn in it as before, and by the other budget it is not known how many would be;"
    " {nights_before}",
    "Tonight {rows} items are drawn in it as before, and by the other budget {would} would be; {nights_before}",
)
_EFFECTS = (
    "as if {day} had come before, {effects}",
    f"{_EFFECT}, and on each of the {{nights}} nights before {{low}} to {{high}}",
    f"{_EFFECT}, and on each of the {{nights}} nights before none",
    f"{_EFFECT}, and on each of the {{nights}} nights before {{low}}",
    f"{_EFFECT}, and on the night before none",
    f"{_EFFECT}, and on the night before {{low}}",
    _EFFECT,
)
_WHY = (
    "{found}; this breaks the rule: {rule}",
    "{rules} (other rules than those of {day} were approved)",
    "It isn't in receivers.yml any more: nothing is sent to it from now on, and what it holds isn't taken back"
    " (receivers are as they were approved)",
    "{rows} rows of {list} were released last, and stay there (receivers are as they were approved)",
    "{receivers} (receivers are as they were approved)",
    "{translations} (translations are as they were approved)",
    "{budgets} (review budgets are as they were approved)",
    "Decided with them, {effects}",
    "What these rules would have done on earlier nights couldn't be decided",
    "{nights} of the market's first {enough} nights are decided and approved so far: what is usual of it isn't known (a"
    " person sees the first nights; evenhand history decides some in one go)",
    "{day} has come, which version {version} of {pack} names as a first or a last day",
    "It was held on {day}, and nobody has approved it since",
    "Nobody can approve it yet: {nobody}",
    "{table}: {rule} ({rows} rows). {remedy}",
    "{market} is held: {file}: {undecided}",
    "{market} is held: {undecided}",
)
_NOBODY = (
    "EVENHAND_CHANGED_BY doesn't say who changed it. Write who changed EVENHAND_TIMEZONE into it",
    "{files} doesn't say who changed it. Write `changed_by: NAME` of who did into it",
    "{files} don't say who changed it. Write `changed_by: NAME` of who did into each of them",
)
_UNDECIDED = (
    "{market} alone was decided again: the lists of the others are as this night had released them",
    "nothing has landed for night {day}; what landed last is of {last_day}, {days} [day|days] before. Land the feeds,"
    " then clear the run from land_feeds",
    "nothing has landed for night {day}; none of what landed before can be used. Land the feeds, then clear the run"
    " from land_feeds",
    f"{_UNUSABLE}. Whose it is is known from the file of that name that landed last. {_LAND_AGAIN}",
    f"{_UNUSABLE}. Whose it is can't be known, so that all markets are held. {_LAND_AGAIN}",
    f"{_UNUSABLE}. {_LAND_AGAIN}",
    f"{{bad}} of {{rows}} rows of {{feed}} of {{day}}, which landed late, {_BAD} land it again.",
    f"{{bad}} of {{rows}} rows of {{feed}} {_BAD} land it again.",
    "{rows} rows of {feed} landed, and the largest of the last 28 nights had {most}. If these rows are right, spread"
    " them over several nights; otherwise have the source land the feed again.",
    "{rows} rows of {feed} of {day} landed late, and the largest of the last 28 nights had {most}. If these rows are"
    " right, spread them over several nights; otherwise have the source land the feed again.",
    "nothing is in {folder}. The feed is missing: each of the last four nights of this weekday until it fell silent had"
    " a file. Land it; if there is nothing to report, land a CSV file with its header alone.",
    "no row of {feed} landed, and at least {rows} did on each of the last four nights of this weekday. Ask the source"
    " where they are, and land them.",
    "no row of {feed} has landed since {day}, and at least {rows} did on each of the four nights of this weekday"
    " before; a header alone in a folder market=… of it says that there are none. Ask the source where they are, and"
    " land them.",
    "{words}; {bad} of {rows} rows have a word that does nothing. Have the source land the rows again with the word"
    " that is meant; or have a rule of the market's pack count it, or name it under without_effect.",
)
# What of a creator waits for somebody.
_NOT_DECIDED = (
    "The market isn't decided: {undecided}",
    "The {list} of the market wait for somebody's answer: {whys}",
    "The {list} of the market were rejected, so that earlier ones are in force: {whys}",
    "{row_called} is held back: {rule}",
    "{row_called} would be {change}: that isn't released",
)
_OF: dict[str, Sequence[str]] = {
    "why": _WHY,
    "whys": (*_WHY, "and {more} more [reason|reasons]"),
    "not_decided": _NOT_DECIDED,
    "found": _FOUND,
    "rows_moved": ("rows added", "rows removed", "rows changed"),
    "share": ("none", "less than {whole} %", "more than {whole} %", "{whole} %"),
    "shared": ('have one and the same "{word}", of {persons} there tonight', 'have "{word}"'),
    "rules": _RULES,
    "columns": (_WAS,),
    "lasts": ("until {day}", "without an end"),
    "receivers": _RECEIVERS,
    "translations": _TRANSLATIONS,
    "budgets": _BUDGETS,
    "nights_before": (
        "on the seven nights before none were",
        "on {nights} of the seven nights before {low} to {high} were",
        "on {nights} of the seven nights before {low} were",
    ),
    "effects": _EFFECTS,
    "some_rows": ("no row", "1 row", "{rows} rows"),
    "nobody": _NOBODY,
    "undecided": _UNDECIDED,
    "remedy": REMEDIES,
}
_NUMBERS = (
    *(
        "rows",
        "released",
        "number",
        "expected",
        "spreads",
        "of_nights",
        "nights",
        "of_rows",
        "whole",
        "persons",
        "twins",
        "amount",
    ),
    *("accounts", "most", "low", "high", "more", "notices", "would", "enough", "bad", "days", "gone", "new", "row"),
    *("digits", "decimals"),
)
_TEXTS = (*("file", "why", "problem", "folder", "words", "word", "row_called", "key", "version", "other"),)
_PLACES: dict[str, Place] = {
    **dict.fromkeys(_NUMBERS, number()),
    **dict.fromkeys(_TEXTS, text()),
    "command": text(r" \(evenhand policy diff \S+ \S+\)"),
    "column": text(r"[^ ,]+"),
    "table": text(r"[a-z_.]+"),
    "pack": Place(r"[\w.-]+|time zone", pack),
    "pack_change": Place(".+", lambda reader, said: reader.of_packs(said)),
    "day": day(),
    "last_day": day(),
    "market": market(),
    "rule": rule(),
    "change": label("change"),
    "was": value(),
    "now": value(),
    "files": several(),
    "list": key("list", "penalties", "rewards"),
    "parent": label("feed"),
    **{kind: label(kind) for kind in ("programme", "measure", "feed")},
}
GATES = Sentences(
    _OF,
    _PLACES,
    between={"whys": "; ", "effects": "; ", "columns": ", ", "nobody": "; "},
    are={"before": "share", "limit": "share", "lasted": "lasts"},
    reads={
        "share": r"none|(?:less than |more than )?\d+ %",
        "rows_moved": "rows (?:added|removed|changed)",
        "lasts": "until [0-9-]+|without an end",
    },
)
