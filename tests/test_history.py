from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import BaseModel

from evenhand.records.history import HistoryBroken, add, newest


class Said(BaseModel):
    what: str


def test_the_newest_is_what_was_added_last_also_after_the_ten_thousandth(tmp_path: Path) -> None:
    assert newest(tmp_path / "said", Said) is None
    for what in ("one", "two"):
        add(tmp_path / "said", Said(what=what))
    assert newest(tmp_path / "said", Said) == Said(what="two")
    (tmp_path / "said" / "0002.json").rename(tmp_path / "said" / "9999.json")
    assert add(tmp_path / "said", Said(what="three")).name == "10000.json"
    assert newest(tmp_path / "said", Said) == Said(what="three")


def test_what_many_add_at_once_is_all_there_and_nothing_else(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda number: add(tmp_path, Said(what=str(number))), range(40)))
    assert [path.name for path in sorted(tmp_path.iterdir())] == [f"{number:04}.json" for number in range(1, 41)]
    said = {Said.model_validate_json(path.read_bytes()).what for path in tmp_path.iterdir()}
    assert said == {str(number) for number in range(40)}


def test_an_entry_is_not_for_writing_and_one_that_was_written_all_the_same_is_an_error(tmp_path: Path) -> None:
    path = add(tmp_path, Said(what="one"))
    assert path.stat().st_mode & 0o222 == 0
    path.chmod(0o644)
    path.write_text('{"what"')
    with pytest.raises(HistoryBroken, match=r"0001\.json.*backup"):
        newest(tmp_path, Said)
