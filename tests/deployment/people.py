"""Airflow as people meet it: two of them log in, fill in forms, are asked and answer."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import httpx
from playwright.sync_api import Browser, Page, Playwright
from ruamel.yaml import YAML

from deployment.airflow_api import AirflowApi
from deployment.standalone import Standalone
from evenhand.settings import PROJECT

MAI, LAN = "mai", "lan"
# Who may look at everything and begin nothing.
SAM = "sam"


def with_two_people(standalone: Standalone, folder: Path) -> None:
    """Have two people log in, and one who may only look, each with a password; start it as one of the two."""
    passwords = folder / "passwords.json"
    passwords.write_text(json.dumps({name: password(name) for name in (MAI, LAN, SAM)}))
    standalone.environment |= {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{MAI}:admin,{LAN}:admin,{SAM}:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
    }


def with_packs_of_its_own(standalone: Standalone, folder: Path) -> Path:
    """Have the packs lie in the folder, to be changed; returns where."""
    policies = folder / "policies"
    shutil.copytree(PROJECT / "policies", policies, ignore=shutil.ignore_patterns("published"))
    standalone.environment["EVENHAND_POLICIES"] = str(policies)
    # The boards that are shipped stay beside the packs that are.
    standalone.environment["EVENHAND_BOARDS"] = str(PROJECT / "boards")
    return policies


def with_fewer_receivers(standalone: Standalone, folder: Path) -> None:
    """Have nothing delivered as files, which people do nothing with: of each delivery, two tasks less."""
    yaml = YAML()
    content = yaml.load(PROJECT / "receivers.yml")
    del content["receivers"]["files"]
    receivers = folder / "receivers.yml"
    yaml.dump(content, receivers)
    standalone.environment["EVENHAND_RECEIVERS"] = str(receivers)


def start(standalone: Standalone, name: str) -> None:
    standalone.start(name, password(name))


def log_in(api: AirflowApi, name: str) -> None:
    api.log_in(name, password(name))


def open_pages(playwright: Playwright, api: AirflowApi, name: str = "") -> tuple[Browser, Page]:
    """Chromium with a page of Airflow, where somebody has logged in; without a name, where nobody has to."""
    browser = playwright.chromium.launch(
        executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu", "--no-first-run"]
    )
    page = browser.new_page(viewport={"width": 1500, "height": 1300}, color_scheme="light")
    if name:
        page.goto(f"{api.url}/auth/login")
        page.locator("input[name=username]").fill(name)
        page.locator("input[name=password]").fill(password(name))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(f"{api.url}/")
    else:
        page.goto(f"{api.url}/auth/token/login")
    return browser, page


def password(name: str) -> str:
    return f"{name}'s"


def fill_in(api: AirflowApi, dag: str, **form: object) -> str:
    """Start a run with a form; returns its id."""
    return str(api.call("POST", f"/dags/{dag}/dagRuns", json={"logical_date": None, "conf": form})["dag_run_id"])


def run_of_list(api: AirflowApi, night: str, name: str, market: str) -> str:
    """The run that a night began for a list that it holds."""
    runs = api.call("GET", "/dags/held_list/dagRuns")["dag_runs"]
    (found,) = [each["dag_run_id"] for each in runs if each["dag_run_id"].startswith(f"{night}.{name}.{market}.")]
    return str(found)


def question(api: AirflowApi, dag: str, run: str, task: str, seconds: float = 180) -> dict[str, Any]:
    """What a person is asked, once it is."""
    api.wait(lambda: api.state(run, task, dag) == "awaiting_input", seconds, f"{task} of {run}")
    asked: dict[str, Any] = api.call("GET", _question(dag, run, task))
    return asked


def answer(standalone: Standalone, dag: str, run: str, task: str, said: str) -> None:
    """Answer as whoever is logged in, once Airflow can take it: see evenhand.tasks.human_tasks."""
    api = standalone.api
    asked = question(api, dag, run, task)
    instance = api.tasks(run, dag)[task]["id"]
    api.wait(lambda: standalone.scheduler_saw_the_end_of(instance), 60, f"what the scheduler makes of {task}'s process")
    body = {"chosen_options": [said], "params_input": dict.fromkeys(asked["params"])}
    api.call("PATCH", _question(dag, run, task), json=body)
    ended = ("success", "skipped", "failed")
    api.wait(lambda: api.state(run, task, dag) in ended, 120, f"what {task} makes of an answer")
    assert api.state(run, task, dag) != "failed", f"{said} to {task}: {api.complaint(run, task, dag)}"


def answer_on_page(standalone: Standalone, run: str, task: str, say: str) -> None:
    """Answer to a held list on Evenhand's page, which asks Airflow's API in its process; once Airflow can take it."""
    api = standalone.api
    instance = api.tasks(run, "held_list")[task]["id"]
    api.wait(lambda: standalone.scheduler_saw_the_end_of(instance), 60, f"what the scheduler makes of {task}'s process")
    page = api.get("/evenhand/held").text
    (article,) = re.findall(r"<article .*?</article>", page, flags=re.DOTALL)
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', article))
    sent = api.send("/evenhand/held", fields | {"say": say}, origin=api.url)
    assert sent.status_code == 303, sent.text
    assert "Airflow releases and delivers it" in unquote_plus(sent.headers["location"])
    ended = ("success", "skipped", "failed")
    api.wait(lambda: api.state(run, task, "held_list") in ended, 120, f"what {task} makes of an answer")


def ask_on_page(api: AirflowApi, page: str, **written: str) -> httpx.Response:
    """Send the first form of a page of Evenhand, as it was opened, with what somebody writes into it."""
    return send_form(api, api.get(f"/evenhand/{page}").text, page, **written)


def send_form(api: AirflowApi, opened: str, page: str, **written: str) -> httpx.Response:
    """Send the first form of a page that is open."""
    form = re.findall(r'<form method="post".*?</form>', opened, flags=re.DOTALL)[0]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    return api.send(f"/evenhand/{page}", fields | written, origin=api.url)


def run_asked_for(sent: httpx.Response) -> str:
    """The run that a form of a page began, as the page says that it is sent on to."""
    assert sent.status_code == 303, sent.text
    told = unquote_plus(sent.headers["location"])
    assert "another person is asked in Airflow" in told
    (run,) = re.findall(r"\((\S+)\)\.$", told)
    return str(run)


def held_penalties(standalone: Standalone) -> dict[str, Any]:
    """Row key to row of every penalty that the sandbox holds."""
    with closing(sqlite3.connect(standalone.home / "sandbox.sqlite")) as database:
        found = database.execute("select row_key, payload from held where list = 'penalties' order by row_key")
        return {row_key: json.loads(payload) for row_key, payload in found}


def _question(dag: str, run: str, task: str) -> str:
    return f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}/-1/hitlDetails"
