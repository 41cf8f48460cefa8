"""A plugin of pytest, written beside a copy of a workspace and loaded there: runs the chosen tests, tells of each.

It is never imported by Sightline. The interpreter is the workspace's own, so this keeps to old Python. The variable
``SIGHTLINE_TESTS`` names a folder with ``chosen.json`` (file to names of tests, ``null`` for all of them); a line of
JSON for each event goes to ``report.jsonl`` beside it.
"""

from __future__ import annotations

import json
import os
import signal
import threading

import pytest

_FOLDER = os.environ.get("SIGHTLINE_TESTS", "")
_ROOT = os.environ.get("SIGHTLINE_ROOT", os.getcwd())
_SECONDS = float(os.environ.get("SIGHTLINE_SECONDS", "30"))


def _relative(path):
    return os.path.relpath(os.path.join(os.getcwd(), str(path)), _ROOT).replace(os.sep, "/")


def _place(item):
    """The file of an item, and its name in it with its parameters."""
    path = _relative(getattr(item, "path", None) or item.fspath)
    return path, item.nodeid.partition("::")[2]


def _tell(**row):
    with open(os.path.join(_FOLDER, "report.jsonl"), "a", encoding="utf-8", errors="replace") as file:
        file.write(json.dumps(row) + "\n")


def pytest_collection_modifyitems(config, items):
    with open(os.path.join(_FOLDER, "chosen.json"), encoding="utf-8") as file:
        chosen = json.load(file)
    kept, left = [], []
    for item in items:
        path, name = _place(item)
        names = chosen.get(path, ())
        base = name.partition("[")[0]
        wanted = names is None or any(base == each or base.startswith(each + "::") for each in names)
        (kept if wanted else left).append(item)
        item.user_properties.append(("sightline", [path, name]))
    if left:
        config.hook.pytest_deselected(items=left)
    items[:] = kept


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    path, name = _place(item)
    _tell(kind="start", path=path, name=name, line=(item.location[1] or 0) + 1)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    if not hasattr(signal, "SIGALRM") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number, frame):
        pytest.fail(f"the test did not end within {_SECONDS:g} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def pytest_runtest_logreport(report):
    told = dict(report.user_properties).get("sightline")
    if told is None or (report.when != "call" and not report.failed):
        return
    row = {"kind": "result", "path": told[0], "name": told[1], "failed": bool(report.failed)}
    row["line"] = (report.location[1] or 0) + 1
    if report.failed:
        row.update(_failure(report))
    _tell(**row)


def pytest_collectreport(report):
    if report.failed:
        path = _relative(report.fspath) if getattr(report, "fspath", None) else ""
        name = report.nodeid.partition("::")[2]
        _tell(kind="result", path=path, name=name, failed=True, line=1, **_failure(report))


def pytest_sessionfinish(session, exitstatus):
    if not hasattr(session.config, "workerinput"):
        _tell(kind="end", code=int(exitstatus))


def _failure(report):
    text = str(report.longrepr or "")
    crash = getattr(report.longrepr, "reprcrash", None)
    frames = []
    trace = getattr(report.longrepr, "reprtraceback", None)
    for entry in getattr(trace, "reprentries", ()):
        place = getattr(entry, "reprfileloc", None)
        if place is not None:
            frames.append([_relative(place.path), int(place.lineno)])
    message = getattr(crash, "message", None) or (text.strip().splitlines() or [""])[-1]
    return {"message": str(message)[:4000], "output": text[-4000:], "frames": frames[-50:]}
