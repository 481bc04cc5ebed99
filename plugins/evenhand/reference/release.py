"""Write docs/release.md, the columns of each file of a release: `python -m evenhand.reference.release`.

A file that a mart leaves has the mart's columns, as dbt's contract of it has them; the others' are said here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from evenhand.policy.nodes import parse
from evenhand.release.publish import FILES
from evenhand.settings import PROJECT

PATH = PROJECT / "docs" / "release.md"
MODELS = PROJECT / "dbt_project" / "models"
_START = """\
# The files of a release

<!-- Written by `python -m evenhand.reference.release`; edit dbt's YAML of the marts, or that module. -->

What a dashboard, a spreadsheet or another system may read of a night, in `releases/night=D/`, and what it is promised:
these files with these columns. [The release](concepts.md#the-release) says what each is for. A new version may add a
column or a file; one that takes a column away, renames it or means something else by it says so in
[CHANGELOG.md](../CHANGELOG.md), and counts up the first number of the version. Older releases may lack what was added
since: `evenhand query` reads all nights together, and what a night doesn't have is null there.

Nothing else is promised. The marts in the night's warehouse are what gate 2 is still to judge: where a list is held,
they have other rows than were released. Types are DuckDB's."""
_COLUMN_TEXTS = re.compile(r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}", re.DOTALL)


class ReleasedColumn(NamedTuple):
    """A column of a released file: its type in SQL, and what it says."""

    sql: str
    meaning: str


class ReleasedTable(NamedTuple):
    """What a file has: what one row is, and its columns in their order."""

    grain: str
    columns: Mapping[str, ReleasedColumn]


def _table(grain: str, **columns: str) -> ReleasedTable:
    """A table whose columns are said as their type, a colon and their meaning."""
    return ReleasedTable(grain, {name: ReleasedColumn(*said.split(": ", 1)) for name, said in columns.items()})


_OF_WHICH_ROW = {
    "list": "varchar: `penalties` or `rewards`.",
    "row_key": "varchar: Names the row for receivers.",
    "account_id": "varchar: The account.",
    "market": "varchar: The market whose list it is in, or was.",
}
_OF_WHICH_NOTICE = {
    "notice_id": "varchar: Names the notice; the same one has the same id whenever the night is run.",
    "account_id": "varchar: Whom it tells.",
    "market": "varchar: The market whose pack decides about the account.",
}
# What the gates and the release itself write, by the file's name without its ending.
_OF_NO_MART: Mapping[str, ReleasedTable] = {
    "notices": _table(
        "One row per notice: what an account is told of something new, changed or ended since it was told last.",
        **_OF_WHICH_NOTICE,
        list="varchar: `penalties` or `rewards`.",
        row_key="varchar: The row of the list that it is about.",
        measure="varchar: The penalty or the reward.",
        event="varchar: `new`, `changed` or `ended`.",
        language="varchar: Code of the language that it is written in.",
        subject="varchar: The subject.",
        body="varchar: The text.",
        reason_id="varchar: The reason of the row; null where it has none any more.",
    ),
    "changes": _table(
        "One row per row of a list that was added, removed or changed since the last release, released or held.",
        **_OF_WHICH_ROW,
        programme="varchar: The programme of the pack, the eligibility, the bonus or `emergency`.",
        scope="varchar: What the measure touches.",
        measure="varchar: The penalty or the reward.",
        change="varchar: `added`, `removed` or `changed`.",
        cause="varchar: `time`, `move`, `data`, `correction`, `text`, `code`, `policy` or `emergency` (gates.md).",
        reason_id="varchar: The reason of the row as proposed; of a removed one, as it was released.",
        columns="varchar[]: The columns that differ, of a row that changed.",
        text_of="varchar: Where the cause is `text`, whose text it is, `policy` or `code`; else empty.",
        content="varchar: A hash of all that would leave with the row.",
        is_held="boolean: Whether the change waits for a person, and so isn't in the lists.",
    ),
    "list_sizes": _table(
        "One row per list, market, programme and measure.",
        list="varchar: `penalties` or `rewards`.",
        market="varchar: The market.",
        programme="varchar: The programme of the pack, the eligibility, the bonus or `emergency`.",
        measure="varchar: The penalty or the reward.",
        rows="bigint: Rows that tonight proposes.",
        released="bigint: Rows of the last release.",
        by_emergency="bigint: How many more people imposed than lifted since.",
        left_by_time="bigint: Rows that there would be had nothing new landed and nothing been changed.",
        added="bigint: Rows that what landed added.",
        removed="bigint: Rows that what landed removed.",
        changed="bigint: Rows that what landed changed in what is done.",
        is_held="boolean: Whether the list is held: then `rows` aren't what was released.",
    ),
    "quality_estimates": _table(
        "One row per estimate from the reviews of four weeks, market and what it is about (sampling.md).",
        as_of="date: The night.",
        estimate="varchar: `prevalence`, `violative_view_rate`, `wrong_decisions`, `wrong_penalties`,"
        " `gap_of_wrong_decisions`, `gap_of_wrong_penalties`, `agreement`, `unanswered`; and of tonight's draw"
        " `without_views` (what counts as its market's mean) and `penalties_not_drawn`.",
        market="varchar: The market; `all` of all together, and of a gap.",
        slice="varchar: What its parts are by: `pack`, `violation_type`, `measure`, `detector`, `confidence_band`,"
        " `stratum` or `left_out`; empty for the whole.",
        about="varchar: Which of these; empty for the whole; of a gap, the two markets.",
        value="decimal(18,6): A share, of an agreement Krippendorff's alpha; null where nothing can be said.",
        interval_low="decimal(18,6): The lower end of its interval at 95 %.",
        interval_high="decimal(18,6): The upper end.",
        reviews="bigint: How many reviews it is from; of an agreement, items that two or more reviewed; of what was"
        " counted alone, of how many.",
        golden_reviews="bigint: By how many the reviewers' errors are known; 0 if they are taken to be never wrong.",
        is_enough="boolean: Whether there are enough to say something.",
        verdict="varchar: `unclear` of an agreement below 0.667, `differs` of a gap that is found; else nothing.",
    ),
    "qa_items": _table(
        "One row per item that reviewers are asked about, as they get it (sampling.md).",
        row_key="varchar: The item. A review of it lands with this as its `draw_item_id`.",
        link="varchar: Where it is seen; empty where nobody said.",
    ),
    "qa_keys": _table(
        "One row per item and unit that it stands for, of items that are open, or were closed tonight (sampling.md)."
        " `evenhand query`, pages and downloads have those alone that are closed, of no golden item, and whose subject"
        " and link nobody is asked about.",
        as_of="date: The night.",
        drawn_on="date: The night that drew it.",
        item_id="varchar: The item.",
        market="varchar: The market that it was drawn in.",
        account_id="varchar: The account whose it is.",
        stratum="varchar: `contents`, `decisions`, `new_rules`, `penalties` or `golden`.",
        unit_id="varchar: What was drawn: the subject, the penalty that needs it, by its row_key, or the golden item.",
        measure="varchar: Of a penalty, the measure; null of anything else.",
        needs_each="boolean: Of a penalty, whether it needs each of its decisions; if not, it would stand without any"
        " one of them.",
        subject="varchar: The content, live or decision that is looked at.",
        round="integer: 1 for a first review, 2 for a second.",
        probability="decimal(28,18): How likely the unit was to be drawn; null of golden items.",
        exposure="decimal(28,6): How often it was seen, or counts as seen.",
        simple_probability="decimal(28,18): Of a unit of the part that is drawn by exposure alone, how likely it was to"
        " be that.",
        link="varchar: Where it is seen.",
        state="varchar: `open`, `reviewed` or `unanswered`.",
        closed_on="date: The night on which it left the list.",
        review_id="varchar: The review that answered it.",
    ),
    "held_rows": _table(
        "One row per row of a list that breaks a rule and was held back, and rule that it breaks.",
        **_OF_WHICH_ROW,
        rule="varchar: The rule.",
        remedy="varchar: What a person can do about it.",
    ),
    "quarantine": _table(
        "One row per row of a feed that isn't used, and rule that it breaks.",
        night="date: The night that was decided.",
        feed="varchar: The feed.",
        row_key="varchar: Its key; null where it can't be read.",
        column_name="varchar: The column that breaks the rule; empty where it is the line.",
        rule="varchar: The rule.",
        remedy="varchar: What a person can do about it.",
        landed_night="date: The night that the row landed in.",
        landed_file="varchar: The file, below `landing/`.",
        landed_row="bigint: Its number among the rows of the file.",
        line="bigint: The line of the file, where it can't be read as a row.",
        text="varchar: What the column says, or the line; null where it can name who decided or reviewed.",
        meant="varchar: What was probably meant, where a name is written otherwise.",
    ),
    "models": _table(
        "One row per model that decides, as compiled: with rules and packs the night can be decided again.",
        position="integer: When it is run, from 0.",
        name="varchar: The model.",
        materialized="varchar: `table` or `view`.",
        sql="varchar: Its query.",
    ),
    "rules": _table(
        "One row per compiled rule, and one without fields per table of rules.",
        rules="varchar: The table.",
        columns="varchar: Its columns, as SQL creates them.",
        fields="varchar[]: The values in the order of the columns; null in the table's own row.",
    ),
    "packs": _table(
        "One row per file of policies.",
        file="varchar: Its path in the folder of the packs: what they extend can lie in folders of it.",
        text="varchar: Its text.",
    ),
    "translations": _table(
        "One row per language, with its words as they were approved.",
        language="varchar: Its code.",
        said="varchar: The catalogue.",
    ),
}


def columns_of_files() -> dict[str, ReleasedTable]:
    """What each file of a release has, by the file's name without its ending."""
    marts, said_once = _marts(), dict(_COLUMN_TEXTS.findall((MODELS / "columns.md").read_text(encoding="utf-8")))
    found = {}
    for file, query in FILES.items():
        name = Path(file).stem
        table = _OF_NO_MART.get(name) or _of_mart(marts[_table_of(query)], said_once)
        # Which penalty prevails is worked out of what is released, some of which may be kept.
        more = {"prevails": ReleasedColumn("boolean", said_once["prevails"])} if name == "penalties" else {}
        columns = {each: column._replace(meaning=_one_line(column.meaning)) for each, column in table.columns.items()}
        found[name] = ReleasedTable(_one_line(table.grain), columns | more)
    return found


def render() -> str:
    """The text of docs/release.md."""
    return "\n\n".join([_START, *(_section(name, table) for name, table in columns_of_files().items())]) + "\n"


def _section(name: str, table: ReleasedTable) -> str:
    rows = [
        f"| `{column}` | {said.sql} | {_one_line(said.meaning).replace('|', chr(92) + '|')} |"
        for column, said in table.columns.items()
    ]
    return "\n".join(
        [f"## {name}.parquet", "", table.grain, "", "| column | type | meaning |", "| --- | --- | --- |", *rows]
    )


def _table_of(query: str) -> str:
    """The mart that a query of `FILES` reads: `from wanted.penalties order by row_key`."""
    return query.split()[1].partition(".")[2]


def _marts() -> dict[str, Mapping[str, Any]]:
    contents = [parse(path.read_text(encoding="utf-8"))[1] for path in sorted((MODELS / "marts").rglob("*.yml"))]
    return {model["name"]: model for content in contents for model in content.get("models", ())}


def _of_mart(model: Mapping[str, Any], said_once: Mapping[str, str]) -> ReleasedTable:
    def said(text: str) -> str:
        return re.sub(r"{{ doc\('(\w+)'\) }}", lambda found: said_once[found[1]], text)

    columns = {each["name"]: ReleasedColumn(each["data_type"], said(each["description"])) for each in model["columns"]}
    # What follows the grain is about the mart, before gate 2.
    grain = f"{re.split(r'[.](?: |$)', _one_line(model['description']))[0]}."
    return ReleasedTable(grain, columns)


def _one_line(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    PATH.write_text(render(), encoding="utf-8")
