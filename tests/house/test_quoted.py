"""A text, and above all a path, comes into SQL by the one function that doubles the quotes in it."""

from __future__ import annotations

import re

from evenhand.settings import PROJECT

QUOTED_HERE = "records/databases.py"
# A path between quotes of one's own: a home called o'brien ends the query.
BY_HAND = re.compile(
    r"(?:read_parquet\(|read_csv\(|\battach |\bto |temp_directory = )'\{"
    r"|replace\(\"'\", \"''\"\)|chr\(39\) \* 2|2 \* chr\(39\)"
)


def test_no_path_is_put_between_quotes_by_hand() -> None:
    plugins = PROJECT / "plugins" / "evenhand"
    found = [
        f"{path.relative_to(plugins)}: {line.strip()}"
        for path in sorted(plugins.rglob("*.py"))
        for line in path.read_text().splitlines()
        if BY_HAND.search(line) and path != plugins / QUOTED_HERE
    ]
    assert found == []
