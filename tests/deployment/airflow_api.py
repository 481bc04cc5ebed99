"""Airflow over its REST API, as a person's script would use it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx

DAG = "nightly_governance"


class AirflowApi:
    """Airflow at an address.

    Args:
        url: where its API server is.
        on_trouble: what to say when something takes too long or fails, such as the tails of logs.
    """

    def __init__(self, url: str, on_trouble: Callable[[], str]) -> None:
        self.url = url
        self._on_trouble = on_trouble
        self._client = httpx.Client(base_url=url, timeout=60)

    def log_in(self, username: str = "", password: str = "") -> None:
        """Be somebody from now on; without a name, whom an installation without log-in takes everybody for."""
        self._client.headers["Authorization"] = f"Bearer {self.token(username, password)}"

    def token(self, username: str = "", password: str = "") -> str:
        """A token that says who somebody is."""
        if username:
            answer = self._client.post("/auth/token", json={"username": username, "password": password})
        else:
            answer = self._client.get("/auth/token")
        assert answer.status_code == 201, answer.text
        return str(answer.json()["access_token"])

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        answer = self._client.request(method, f"/api/v2{path}", **arguments)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json()

    def get(self, address: str) -> httpx.Response:
        """What a page of Airflow's server answers to whoever is logged in."""
        return self._client.get(address)

    def send(self, address: str, form: Mapping[str, str], origin: str) -> httpx.Response:
        """Send a form to a page of Airflow's server, as a browser does that is on a page of an origin."""
        return self._client.post(address, data=form, headers={"origin": origin})

    def answers(self) -> bool:
        """Whether the API server is up."""
        try:
            return self._client.get("/api/v2/monitor/health").is_success
        except httpx.TransportError:
            return False

    def has_scheduler(self) -> bool:
        """Whether Airflow knows of a scheduler that runs."""
        return bool(self.call("GET", "/monitor/health")["scheduler"]["status"] == "healthy")

    def wait_for_dag(self, seconds: float = 90) -> None:
        """Wait until the DAG processor has read the DAG."""
        self.wait(lambda: self._client.get(f"/api/v2/dags/{DAG}").is_success, seconds, "the DAG")

    def trigger(self, night: str) -> str:
        """Start a night; returns the run's id."""
        body = {
            "logical_date": f"{night}T12:00:00Z",
            "dag_run_id": f"by_hand_{night}",
            "conf": {"night": night},
        }
        return str(self.call("POST", f"/dags/{DAG}/dagRuns", json=body)["dag_run_id"])

    def runs(self) -> list[dict[str, Any]]:
        runs: list[dict[str, Any]] = self.call("GET", f"/dags/{DAG}/dagRuns")["dag_runs"]
        return runs

    def note(self, run: str) -> str:
        """What stands where the page of a night's run begins."""
        return str(self.call("GET", f"/dags/{DAG}/dagRuns/{run}")["note"])

    def tasks(self, run: str, dag: str = DAG, **which: str) -> dict[str, dict[str, Any]]:
        """The task instances of a run by task; `which` is what else Airflow shall choose them by."""
        path = f"/dags/{dag}/dagRuns/{run}/taskInstances"
        found = self.call("GET", path, params={"limit": 100, **which})["task_instances"]
        return {each["task_id"]: each for each in found}

    def states(self, run: str, dag: str = DAG) -> dict[str, str]:
        return {task: str(each["state"]) for task, each in self.tasks(run, dag).items()}

    def state(self, run: str, task: str, dag: str = DAG) -> str:
        """The state of one task, which Airflow tells for a fraction of what those of all cost it."""
        return str(self.call("GET", f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}")["state"])

    def not_done(self, run: str) -> list[str]:
        """The tasks of a run that didn't end well; where nothing is held, nobody is asked."""
        return [
            f"{task}: {state}"
            for task, state in self.states(run).items()
            if state != ("skipped" if task == "ask_people" else "success")
        ]

    def tries(self, run: str) -> dict[str, int]:
        """How often each task of a run has been started."""
        return {task: int(each["try_number"]) for task, each in self.tasks(run).items()}

    def clear(self, run: str, *tasks: str, downstream: bool = False, dag: str = DAG) -> list[str]:
        """Clear tasks of a run; returns those that run again."""
        body = {
            "dag_run_id": run,
            "task_ids": list(tasks),
            "include_downstream": downstream,
            "only_failed": False,
            "reset_dag_runs": True,
            "dry_run": False,
        }
        cleared = self.call("POST", f"/dags/{dag}/clearTaskInstances", json=body)["task_instances"]
        return sorted(each["task_id"] for each in cleared)

    def wait_for_run(self, run: str, seconds: float, wanted: str = "success", dag: str = DAG) -> None:
        """Wait until a run has ended in the state that is wanted; where that is success, no task complains of anything.

        One that Airflow lost is tried again, which is as it should be.
        """
        state = ""
        looks = 0

        def ended() -> bool:
            nonlocal state, looks
            state = self.call("GET", f"/dags/{dag}/dagRuns/{run}")["state"]
            looks += 1
            # What is tried again waits for its turn: it is enough to see it now and then.
            if state in ("success", "failed") or wanted != "success" or looks % 10:
                return state in ("success", "failed")
            return any(self._errors(run, task, dag) for task in self.tasks(run, dag, state="up_for_retry"))

        self.wait(ended, seconds, f"{wanted} of {run}")
        assert state == wanted, (
            f"{run} is {state}: {self.states(run, dag)}\n{self._failed(run, dag)}\n{self._on_trouble()}"
        )

    def wait(self, done: Callable[[], bool], seconds: float, what: str) -> None:
        deadline = time.monotonic() + seconds
        # Soon at first, for little takes long; asking too often takes the processor from what is waited for.
        pause = 0.2
        while not done():
            assert time.monotonic() < deadline, f"{what} isn't there after {seconds} s\n{self._on_trouble()}"
            time.sleep(pause)
            pause = min(1.2, 1.2 * pause)

    def _failed(self, run: str, dag: str) -> str:
        """What the failed tasks of a run complained of."""
        failed = [each for each in self.tasks(run, dag).values() if each["state"] in ("failed", "up_for_retry")]
        return "\n".join(f"{each['task_id']}: {self.complaint(run, each['task_id'], dag)}" for each in failed)

    def complaint(self, run: str, task: str, dag: str = DAG) -> str:
        """What a task complained of in its last try."""
        errors = self._errors(run, task, dag)
        said = "\n".join(f"{each['exc_type']}: {each['exc_value']}" for each in errors)
        return said or str(self.log(run, task, dag))[-2000:]

    def _errors(self, run: str, task: str, dag: str) -> list[dict[str, Any]]:
        lines = self.log(run, task, dag)
        return [error for line in lines if isinstance(line, dict) for error in line.get("error_detail") or []]

    def log(self, run: str, task: str, dag: str = DAG) -> list[Any]:
        """The lines of the log of a task's last try; none of one that Airflow lost before it began."""
        path = f"/dags/{dag}/dagRuns/{run}/taskInstances/{task}"
        tried = self.call("GET", path)["try_number"]
        answer = self._client.get(f"/api/v2{path}/logs/{tried}", headers={"Accept": "application/json"})
        assert answer.is_success or answer.status_code == 404, f"{path}: {answer.status_code} {answer.text}"
        lines: list[Any] = answer.json()["content"] if answer.is_success else []
        return lines
