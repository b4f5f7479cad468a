"""Workers and the journal, with tasks that square, sleep, die and refuse."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import electrode_homog
from electrode_homog.errors import InputError
from electrode_homog.studies.executor import Workers, run_tasks
from electrode_homog.studies.outcome import TIME_LIMIT, WORKER_DIED, Done, Failed

CHORES = """
import os, time
from electrode_homog.errors import OutOfRangeError

def chore(task):
    if "log" in task:
        with open(task["log"], "a") as file:
            file.write(f"{task['x']}\\n")
    time.sleep(task.get("sleep", 0))
    if task.get("die"):
        print("last words", flush=True)
        os._exit(3)
    if task["x"] < 0:
        raise OutOfRangeError(f"x = {task['x']} < 0")
    return {"square": task["x"] ** 2, "process": os.getpid()}
"""


@pytest.fixture
def chore(tmp_path, monkeypatch):
    """A module-level function that workers can import."""
    (tmp_path / "chores.py").write_text(CHORES)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "chores", raising=False)
    import chores

    return chores.chore


def squares(outcomes):
    return [outcome.value["square"] if isinstance(outcome, Done) else outcome.error for outcome in outcomes]


def test_results_come_in_the_order_of_the_tasks_from_other_processes(chore):
    """The slow first task is first in the result, and nothing ran in this process."""
    tasks = [{"x": 3, "sleep": 0.5}, {"x": 1}, {"x": 2}]
    outcomes = run_tasks(chore, tasks, study="s", workers=2, time_limit_s=60)
    assert squares(outcomes) == [9, 1, 4]
    assert os.getpid() not in {outcome.value["process"] for outcome in outcomes}


def test_one_worker_without_limit_runs_here(chore):
    """Without anything to kill there is no other process."""
    (outcome,) = run_tasks(chore, [{"x": 2}], study="s", workers=1, time_limit_s=None)
    assert outcome.value["process"] == os.getpid()


def test_failure_is_data(chore):
    """A task that raises, one that hangs and one that dies leave the others their results."""
    tasks = [{"x": -1}, {"x": 5, "sleep": 1000}, {"x": 2, "die": True}, {"x": 3}]
    start = time.monotonic()
    outcomes = run_tasks(chore, tasks, study="s", workers=2, time_limit_s=1.5)
    assert time.monotonic() - start < 60
    assert squares(outcomes) == ["OutOfRangeError", TIME_LIMIT, WORKER_DIED, 9]
    assert outcomes[0].message == "x = -1 < 0"
    assert "code 3" in outcomes[2].message
    assert "last words" in outcomes[2].message


def test_workers_stay_for_the_next_call_and_are_gone_afterwards(chore):
    """Two calls use the same process; after the context it does not exist."""
    with Workers(chore, count=1, time_limit_s=60) as workers:
        first, second = (next(workers.run([{"x": x}]))[1].value["process"] for x in (1, 2))
        assert first == second
        os.kill(first, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(first, 0)


def test_resume_runs_only_what_is_missing(chore, tmp_path):
    """A finished or failed task is not run again; one that the time limit ended is."""
    log, journal = tmp_path / "log", tmp_path / "study.jsonl"
    tasks = [{"x": x, "log": str(log)} for x in (1, -2)]
    slow = {"x": 7, "sleep": 1000, "log": str(log)}
    first = run_tasks(chore, [*tasks, slow], study="s", workers=1, time_limit_s=1, journal=journal)
    again = run_tasks(
        chore, [*tasks, slow, {**tasks[0], "x": 3}], study="s", workers=1, time_limit_s=1, journal=journal
    )
    assert again[:2] == first[:2] or squares(again[:2]) == squares(first[:2])
    assert squares(again) == [1, "OutOfRangeError", TIME_LIMIT, 9]
    assert log.read_text().split() == ["1", "-2", "7", "7", "3"]


@pytest.mark.parametrize("cut", [1, 5, 40])
def test_torn_last_line_is_ignored(chore, tmp_path, cut):
    """A journal cut inside its last line resumes as if that task had not finished."""
    journal = tmp_path / "study.jsonl"
    tasks = [{"x": x} for x in (1, 2)]
    run_tasks(chore, tasks, study="s", workers=1, time_limit_s=None, journal=journal)
    journal.write_bytes(journal.read_bytes()[:-cut])
    assert squares(run_tasks(chore, tasks, study="s", workers=1, time_limit_s=None, journal=journal)) == [1, 4]
    for line in journal.read_text().splitlines():
        json.loads(line)


def test_damaged_or_foreign_journal_is_refused(chore, tmp_path):
    """Another study, a spoilt line and a file that is no journal are InputErrors that name the file."""
    journal = tmp_path / "study.jsonl"

    def run(study="s"):
        return run_tasks(chore, [{"x": 1}], study=study, workers=1, time_limit_s=None, journal=journal)

    run()
    with pytest.raises(InputError, match=r"study\.jsonl is the journal of another study"):
        run(study="t")
    journal.write_text(journal.read_text() + "{]\n")
    with pytest.raises(InputError, match=r"study\.jsonl, line 4 is damaged"):
        run()
    journal.write_text("time,voltage\n")
    with pytest.raises(InputError, match="is not a journal"):
        run()
    assert journal.read_text() == "time,voltage\n"


def script(tmp_path, journal):
    """A caller without a main guard: ten tasks of 0.3 s after one that is quick."""
    (tmp_path / "caller.py").write_text(
        "from chores import chore\n"
        "from electrode_homog.studies.executor import run_tasks\n"
        "tasks = [{'x': x, 'sleep': 0.3} for x in range(10)]\n"
        f"run_tasks(chore, tasks, study='s', workers=2, time_limit_s=60, journal={str(journal)!r})\n"
    )
    (tmp_path / "chores.py").write_text(CHORES)
    root = Path(electrode_homog.__path__[0]).parent
    process = subprocess.Popen(
        [sys.executable, str(tmp_path / "caller.py")],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and (not journal.exists() or journal.read_text().count('"done"') < 2):
        time.sleep(0.05)
    return process


def group_is_empty(process):
    """Whether every process of the caller's session ends within ten seconds."""
    for _ in range(100):
        try:
            os.killpg(process.pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGKILL])
def test_interrupted_study_resumes_and_leaves_no_process(chore, tmp_path, signal_number):
    """Ctrl-C and kill -9 leave a whole journal, no process, and what was finished is not run again."""
    journal = tmp_path / "study.jsonl"
    process = script(tmp_path, journal)
    if signal_number is signal.SIGINT:
        os.killpg(process.pid, signal_number)  # as the terminal does: to every process of the group
    else:
        process.kill()
    _, errors = process.communicate(timeout=30)
    assert process.returncode != 0
    assert signal_number is signal.SIGKILL or b"KeyboardInterrupt" in errors
    assert group_is_empty(process)
    finished = journal.read_text().count('"done"')
    assert 2 <= finished < 10
    tasks = [{"x": x, "sleep": 0.3} for x in range(10)]
    outcomes = run_tasks(chore, tasks, study="s", workers=2, time_limit_s=60, journal=journal)
    assert squares(outcomes) == [x**2 for x in range(10)]
    assert journal.read_text().count('"done"') == 10


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_second_run_on_one_journal_says_who_holds_it(chore, tmp_path):
    """The lock names the process, and ends with it."""
    journal = tmp_path / "study.jsonl"
    process = script(tmp_path, journal)
    with pytest.raises(InputError, match=f"in use by process {process.pid} on"):
        run_tasks(chore, [], study="s", workers=1, time_limit_s=None, journal=journal)
    process.kill()
    process.communicate(timeout=30)
    assert group_is_empty(process)
    run_tasks(chore, [], study="s", workers=1, time_limit_s=None, journal=journal)


def test_wrong_arguments(chore):
    """No worker, no time and a function without a name are InputErrors."""
    for changes in ({"count": 0}, {"time_limit_s": 0}):
        with pytest.raises(InputError):
            Workers(chore, **{"count": 1, "time_limit_s": 1.0, **changes})
    with pytest.raises(InputError, match="by name"):
        Workers(lambda task: task, count=1, time_limit_s=1)


def test_failed_compares_by_content():
    """Failures are plain values."""
    assert Failed(TIME_LIMIT, "m", 1.0) == Failed(TIME_LIMIT, "m", 1.0)
