"""What would restore an account, tried by a process of its own that is killed, or left when its time is over."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from console.conftest import EARLIER, ELSEWHERE, NIGHT
from evenhand.explain import attempts
from evenhand.explain.attempts import MOST_BEGUN, Asked, Attempt, attempt, read
from evenhand.release.manifest import NAME as MANIFEST
from night.directly import environment


@pytest.fixture
def asked(home: Path) -> Iterator[Callable[[str], Asked]]:
    """Whom it is tried for on a night, with nothing kept of before."""
    work = home / "nights" / f"night={NIGHT}"
    shutil.rmtree(work / "restoring", ignore_errors=True)
    release = (home / "releases" / f"night={NIGHT}").resolve()
    with environment({"EVENHAND_HOME": str(home)}):
        yield lambda account: Asked(release, work / "warehouse.duckdb", NIGHT, account)


def _processes(asked: Asked) -> list[int]:
    """Those that try it now."""
    return [
        int(each.parent.name)
        for each in Path("/proc").glob("[0-9]*/cmdline")
        if (said := _said(each).split("\0"))[1:3] == ["-m", "evenhand.explain.attempt"] and str(asked.place) in said
    ]


def _said(cmdline: Path) -> str:
    try:
        return cmdline.read_text()
    except OSError:
        return ""


def _once(look: Callable[[], Attempt], is_so: Callable[[Attempt], bool]) -> Attempt:
    found = look()
    for _ in range(600):
        if is_so(found):
            return found
        time.sleep(0.1)
        found = look()
    raise AssertionError(f"still not: {found}")


def _killed(asked: Asked) -> None:
    # One that begins has no command line for a moment.
    while not (found := _processes(asked)):
        time.sleep(0.01)
    (process,) = found
    os.kill(process, signal.SIGKILL)


def test_a_killed_process_is_begun_anew_until_it_broke_off_too_often_and_then_when_somebody_asks(
    asked: Callable[[str], Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    # However slow a machine is, one that begins isn't taken for one that hangs.
    monkeypatch.setattr(attempts, "_GRACE", 300)
    of = asked("a4")
    for begun in range(1, MOST_BEGUN + 1):
        assert _once(lambda: attempt(of), lambda now, begun=begun: now.begun == begun).state == "begun"  # type: ignore[misc]
        _killed(of)
    died = _once(lambda: attempt(of), lambda now: now.state == "died")
    assert (died.begun, _processes(of)) == (MOST_BEGUN, [])
    # With no time at all, nothing is found; what was left is gone on with once somebody asks, and once alone.
    assert attempt(of, again=died.asked, seconds=0.001).state == "begun"
    left = _once(lambda: attempt(of), lambda now: now.state == "ended")
    assert (left.is_whole, left.found.tried, left.asked) == (False, (), 1)
    assert attempt(of, again=died.asked).state == "ended"
    assert attempt(of, again=left.asked).state == "begun"
    whole = _once(lambda: attempt(of), lambda now: now.is_whole)
    assert whole.found.tried[0].way.kind == "nothing"
    assert whole.found.tried[0].restored
    assert attempt(of, again=whole.asked) == whole


def test_however_many_ask_at_once_one_process_tries_it_and_another_creator_waits(
    asked: Callable[[str], Asked],
) -> None:
    of, other = asked("a4"), asked(ELSEWHERE[4])
    with ThreadPoolExecutor(8) as pool:
        assert {each.begun for each in pool.map(lambda _: attempt(of), range(8))} <= {0, 1}
    assert len(_processes(of)) == 1
    assert (attempt(other).state, _processes(other)) == ("waits", [])
    _killed(of)
    assert _once(lambda: attempt(other), lambda now: now.state == "begun").begun == 1
    _killed(other)


def test_another_release_or_work_of_the_night_is_tried_by_itself(asked: Callable[[str], Asked], tmp_path: Path) -> None:
    of = asked("a4")
    work = tmp_path / f"night={NIGHT}" / "warehouse.duckdb"
    work.parent.mkdir()
    shutil.copy2(of.warehouse, work)
    places = {Asked(of.release, work, NIGHT, "a4").place}
    os.utime(work, (1, 1))
    places.add(Asked(of.release, work, NIGHT, "a4").place)
    revision = tmp_path / "0002"
    revision.mkdir()
    shutil.copy(of.release / MANIFEST, revision / MANIFEST)
    places.add(Asked(revision, work, NIGHT, "a4").place)
    places.add(Asked(of.release.parents[1] / f"night={EARLIER}" / "0001", work, NIGHT, "a4").place)
    assert len(places) == 4
    assert [read(place) for place in places] == [None] * 4
    # Nothing is begun of a night whose work is gone.
    work.unlink()
    gone = attempt(Asked(of.release, work, NIGHT, "a4"))
    assert "the work of night 2026-03-06 is gone" in gone.why_not
    assert not (work.parent / "restoring").exists()


def test_its_page_says_how_far_it_is_and_then_what_was_found(asked: Callable[[str], Asked], reader: TestClient) -> None:
    address = f"/creator/restoring?account={quote(ELSEWHERE[4], safe='')}"
    said = reader.get(address).text
    assert '<p role="status" id="going-on">It is being tried' in said
    assert f'<noscript><p><a href="../creator/restoring?account={ELSEWHERE[4]}&amp;night={NIGHT}">Look again' in said
    for _ in range(600):
        said = reader.get(address).text
        if 'id="going-on"' not in said:
            break
        time.sleep(0.1)
    assert re.search(r"<dt>If nothing happens</dt><dd>(restored from|for good|not within)", said)
    # It is kept.
    assert reader.get(address).text == said
    assert attempt(asked("a4"), seconds=0.001).state in ("begun", "waits")
    _once(lambda: attempt(asked("a4"), seconds=0.001), lambda now: now.state == "ended")
    said = reader.get("/creator/restoring?account=a4").text
    assert "Nothing was found within 20 seconds." in said
    assert f'<a href="../creator/restoring?account=a4&amp;night={NIGHT}&amp;again=0">Try the rest</a>' in said
