"""The files of a deployment agree with each other, with the lock and with the code that reads their settings."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from deployment.compose import COMPOSE, EXAMPLE, compose, copy_context, dockerfile, example, how_to_make, variables
from evenhand.local import installation as local
from evenhand.settings import PROJECT, Settings

SECRETS = {
    "POSTGRES_PASSWORD",
    "AIRFLOW__CORE__FERNET_KEY",
    "AIRFLOW__API_AUTH__JWT_SECRET",
    "AIRFLOW__API__SECRET_KEY",
    "EVENHAND_SANDBOX_NOTICES_SECRET",
    "EVENHAND_SANDBOX_SECRET",
}
AIRFLOW_SERVICES = ("init", "api-server", "scheduler", "dag-processor", "triggerer")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    values = {**example(), **dict.fromkeys(SECRETS, "a_secret"), "EVENHAND_LANDING": "/landing"}
    found: dict[str, dict[str, Any]] = compose(values)["services"]
    return found


def test_the_example_names_every_variable_with_its_default_and_no_other() -> None:
    assert example() == {name: default or "" for name, default in variables().items()}


def test_what_is_required_is_the_landing_folder_and_secrets_and_each_secret_has_a_command_that_makes_it() -> None:
    assert {name for name, default in variables().items() if default is None} == SECRETS | {"EVENHAND_LANDING"}
    assert how_to_make().keys() == SECRETS
    for name in SECRETS:
        with pytest.raises(AssertionError, match=f"{name}: see .env.example"):
            compose({**dict.fromkeys(SECRETS, "a_secret"), "EVENHAND_LANDING": "/landing", name: ""})
        made = subprocess.run(how_to_make()[name], shell=True, check=True, capture_output=True, text=True).stdout
        assert len(made.strip()) >= 44


def test_no_secret_is_written_down() -> None:
    for path in (COMPOSE, EXAMPLE, PROJECT / "Dockerfile"):
        for number, line in enumerate(path.read_text().splitlines(), 1):
            said = re.sub(r"\$\{[^}]*\}", "", line.partition("#")[0])
            # A name that sounds like a secret may only be given nothing, or a variable.
            assert not re.search(r"(?i)(password|secret|key)\w*\"?\s*[:=]\s*\"?[\w+/-]{4,}", said), f"{path}:{number}"


def test_the_images_are_those_of_the_project() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    images = {said.split()[0] for instruction, said in dockerfile() if instruction == "FROM"}
    (python,) = {re.fullmatch(r"python:(\d+)\.(\d+)-slim-bookworm", image) for image in images}
    assert python and project["requires-python"] == f">={python[1]}.{python[2]},<{python[1]}.{int(python[2]) + 1}"
    # What a digest pins, with what it is by default.
    args = [service["build"]["args"] for _, service in compose_services_with_build()]
    assert {each["PYTHON_IMAGE"] for each in args} == images
    own = {service["image"] for name, service in compose_services_with_build()}
    assert own == {f"evenhand:{project['version']}"}


def compose_services_with_build() -> list[tuple[str, dict[str, Any]]]:
    values = {**dict.fromkeys(SECRETS, "a_secret"), "EVENHAND_LANDING": "/landing"}
    return [(name, each) for name, each in compose(values)["services"].items() if "build" in each]


def test_the_image_is_installed_from_the_lock_with_the_uv_of_the_makefile_and_has_what_a_run_needs(
    tmp_path: Path,
) -> None:
    runs = [said for instruction, said in dockerfile() if instruction == "RUN"]
    assert [each for each in runs if "uv sync" in each and "--locked --no-dev" not in each] == []
    (uv,) = re.findall(r"pip install --no-cache-dir ('uv[^']+')", "\n".join(runs))
    assert f"install --quiet {uv}" in (PROJECT / "Makefile").read_text()

    copy_context(tmp_path)

    top = {path.name for path in tmp_path.iterdir()}
    wanted = {"boards", "dags", "dbt_project", "expectations", "plugins", "policies", "translations"}
    assert top == wanted | {"LICENSE", "README.md", "pyproject.toml", "uv.lock", "receivers.yml"}
    for folder in wanted:
        there = subprocess.run(
            ["git", "ls-files", "--cached", folder], cwd=PROJECT, check=True, capture_output=True, text=True
        )
        files = [name for name in there.stdout.split() if (PROJECT / name).exists()]
        assert [name for name in files if not (tmp_path / name).exists()] == []


def test_nothing_runs_as_root_and_everything_is_checked_and_restarted(services: dict[str, dict[str, Any]]) -> None:
    *_, user = (said for instruction, said in dockerfile() if instruction == "USER")
    # A number, for that is what says that it isn't root without the image's passwd.
    assert int(user) > 0
    for name, service in services.items():
        assert ("build" in service and "user" not in service) or service["user"] == "postgres", name
        # One service does its work and ends.
        assert service["restart"] == ("no" if name == "init" else "unless-stopped")
        assert (name == "init") != ("healthcheck" in service)


def test_services_start_in_an_order_that_works(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for other, on in service.get("depends_on", {}).items():
            wanted = "service_completed_successfully" if other == "init" else "service_healthy"
            assert on == {"condition": wanted}, f"{name} on {other}"
    assert services["init"]["depends_on"].keys() == {"postgres"}
    for name in AIRFLOW_SERVICES[1:]:
        assert {"postgres", "init"} <= services[name]["depends_on"].keys()


def test_pages_are_only_for_this_host(services: dict[str, dict[str, Any]]) -> None:
    ports = {name: port for name, service in services.items() for port in service.get("ports", [])}
    assert ports == {"api-server": "127.0.0.1:8080:8080", "sandbox": "127.0.0.1:8700:8700"}


def test_airflows_services_share_one_environment_and_one_home(services: dict[str, dict[str, Any]]) -> None:
    for name in AIRFLOW_SERVICES:
        assert services[name]["environment"] == services["scheduler"]["environment"]
        assert services[name]["volumes"] == ["home:/data", "/landing:/data/landing:ro"]
    for name, service in services.items():
        # Compose takes no other scalars, and YAML has many spellings of them.
        assert all(isinstance(value, str) for value in service["environment"].values()), name


def test_the_environment_is_that_of_a_local_installation_but_for_what_a_deployment_changes(
    services: dict[str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EVENHAND_SANDBOX_PORT", "EVENHAND_UI_PORT"):
        monkeypatch.delenv(name, raising=False)
    here = Settings(PROJECT, tmp_path, PROJECT / "policies", PROJECT / "receivers.yml")
    ours = local.defaults(here)
    theirs = services["scheduler"]["environment"]

    only_local = {
        # Secrets and log-in: a local installation is for one person on one machine.
        "EVENHAND_SANDBOX_NOTICES_SECRET",
        "EVENHAND_SANDBOX_SECRET",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS",
        "AIRFLOW__API__HOST",
        "AIRFLOW__API__PORT",
        "AIRFLOW__API__BASE_URL",
        # Airflow's five minutes suit a receiver that is down; a person who tries things doesn't wait for them.
        "AIRFLOW__CORE__DEFAULT_TASK_RETRY_DELAY",
        # A container's folders stay where they are.
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER",
        "PATH",
    }
    only_deployed = {
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS",
        "EVENHAND_CODE_LOGINS",
        "EVENHAND_READERS",
        "EVENHAND_SCHEDULE",
        "EVENHAND_LEDGER",
        "EVENHAND_CASES",
        "EVENHAND_TIMEZONE",
        "EVENHAND_CHANGED_BY",
        "EVENHAND_DEADLINE_MINUTES",
        "EVENHAND_NOTIFIERS",
        "EVENHAND_PEOPLE_NOTIFIERS",
        "EVENHAND_PAGES",
        "EVENHAND_ITEM_LINK",
        "EVENHAND_LARGEST_FILE_MB",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL",
        # Locally a receiver that is added has its tasks soon.
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL",
        *(name for name in SECRETS if name.startswith("AIRFLOW")),
    }
    assert ours.keys() - theirs.keys() == only_local
    assert theirs.keys() - ours.keys() == only_deployed
    other_values = {
        # On one's own machine nobody logs in.
        "EVENHAND_PERSONS",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN",
        "AIRFLOW_CONN_EVENHAND_SANDBOX",
        "AIRFLOW_CONN_EVENHAND_NOTICES",
    }
    for name in (ours.keys() & theirs.keys()) - other_values:
        deployed = theirs[name].replace("/data", str(tmp_path)).replace("/opt/evenhand", str(PROJECT))
        assert deployed == ours[name], name


def test_every_variable_that_the_code_reads_is_in_the_manual() -> None:
    read = set()
    for path in (PROJECT / "plugins").rglob("*.py"):
        read |= set(re.findall(r"(?:environ(?:\.get)?[\[(]|_path\()['\"](EVENHAND_\w+)['\"]", path.read_text()))
    manual = (PROJECT / "docs" / "operations.md").read_text()
    assert {"EVENHAND_HOME", "EVENHAND_SCHEDULE", "EVENHAND_SANDBOX_PORT"} <= read
    assert [name for name in sorted(read | variables().keys()) if f"`{name}`" not in manual] == []
