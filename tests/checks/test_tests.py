"""The tests that reach an edit: which are chosen, what refuses, and what becomes of runners that do not do their work.

Every workspace and every test run is real: this interpreter's own pytest runs in a copy of a small workspace.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from sightline.checks.check import Certainty, CheckInput, CheckOutcome
from sightline.checks.isolation import isolation_for
from sightline.checks.policy import CheckPolicy, RunPolicy
from sightline.checks.programs import ProgramUnavailable
from sightline.checks.reached_tests import reached_tests
from sightline.checks.runners.registry import RUNNERS
from sightline.checks.tests import TestsCheck
from support.programs import Programs

PRICES = "def total(prices):\n    return sum(prices)\n\n\ndef other():\n    return 1\n"
TEST_PRICES = (
    "from prices import other, total\n\n\n"
    "def test_total():\n    expected = 3\n    assert total([1, 2]) == expected\n\n\n"
    "def test_other():\n    assert other() == 1\n"
)
SHOP = {"prices.py": PRICES, "test_prices.py": TEST_PRICES}
WRONG = {"prices.py": PRICES.replace("sum(prices)", "sum(prices) + 1")}


async def yes(root: str, isolation: str) -> bool:
    return True


def policy(*, isolated: bool = False) -> CheckPolicy:
    executing = RunPolicy(consent=yes, isolated=isolated, seconds=100)
    return CheckPolicy(tests=True, programs={"pytest": sys.executable}, executing=executing)


def programs_in(folder: Path, path: str = "/usr/bin:/bin") -> Programs:
    return Programs(folder, path=path)


async def judged(
    folder: Path,
    before: Mapping[str, str],
    after: Mapping[str, str | None],
    chosen: CheckPolicy | None = None,
    *,
    programs: Programs | None = None,
) -> CheckOutcome:
    made = programs or Programs(folder, path="/nowhere")  # without bubblewrap: it is asked for where it matters
    return await TestsCheck().run(made.given(before, after, chosen or policy()))


async def can_isolate(folder: Path) -> bool:
    try:
        found = await isolation_for(programs_in(folder).system(), policy(isolated=True), (), str(folder))
    except ProgramUnavailable:
        return False
    return bool(found.program)


# ------------------------------------------------------------------------ what is found


async def test_a_test_that_fails_only_with_the_edit_refuses_it_at_its_line(tmp_path: Path) -> None:
    outcome = await judged(tmp_path, SHOP, WRONG)
    (finding,) = outcome.findings
    assert (str(finding.path), finding.line, finding.certainty) == ("test_prices.py", 6, Certainty.CERTAIN)
    assert "test_prices.py::test_total" in finding.message
    assert "assert 4 == 3" in finding.message
    assert "assert 4 == 3" in finding.detail
    assert outcome.skipped == ()
    assert "not isolated, with your rights and your network" in outcome.notes[0]


async def test_a_test_may_start_what_is_installed_beside_its_interpreter(tmp_path: Path) -> None:
    """The folder of a workspace's environment is no longer on the PATH that programs get (System.outside)."""
    name = Path(sys.executable).name
    starts = (
        f"import subprocess\nfrom prices import total\n\n\ndef test_total():\n    subprocess.run(['{name}', '-c', ''], "
        "check=True)\n    assert total([1]) == 1\n"
    )
    outcome = await judged(tmp_path, {"prices.py": PRICES, "test_prices.py": starts}, WRONG)
    assert len(outcome.findings) == 1, "it passes without the edit"


async def test_an_edit_that_breaks_no_test_is_accepted_and_says_what_ran(tmp_path: Path) -> None:
    outcome = await judged(tmp_path, SHOP, {"prices.py": PRICES.replace("sum(prices)", "sum(iter(prices))")})
    assert outcome.findings == ()
    assert outcome.notes[0].startswith("tests: 2 ran with pytest")


async def test_a_test_that_failed_before_is_none_of_the_edits_business(tmp_path: Path) -> None:
    broken = SHOP | {"test_prices.py": TEST_PRICES.replace("expected = 3", "expected = 7")}
    outcome = await judged(tmp_path, broken, WRONG)
    assert outcome.findings == ()
    assert "1 failed" in outcome.notes[0]


async def test_a_test_that_the_edit_brings_must_pass(tmp_path: Path) -> None:
    after = {"test_new.py": "from prices import total\n\n\ndef test_new():\n    assert total([]) == 1\n"}
    (finding,) = (await judged(tmp_path, SHOP, after)).findings
    assert (str(finding.path), finding.line) == ("test_new.py", 5)
    assert "is new and fails" in finding.message


async def test_a_test_that_fails_once_and_then_passes_refuses_nothing(tmp_path: Path) -> None:
    flaky = (
        "import os\nfrom prices import total\n\n\ndef test_total():\n    total([1])\n"
        "    seen = os.path.join(os.path.dirname(__file__), 'seen')\n    first = not os.path.exists(seen)\n"
        "    open(seen, 'w').close()\n    assert not first or total([1]) == 1\n"
    )
    outcome = await judged(tmp_path, {"prices.py": PRICES, "test_prices.py": flaky}, WRONG)
    assert outcome.findings == ()
    assert any("failed once and then passed: test_prices.py::test_total" in note for note in outcome.notes)
    assert not (tmp_path / "work/seen").exists()


async def test_a_file_of_tests_that_can_no_longer_be_imported_is_found(tmp_path: Path) -> None:
    shop = SHOP | {"test_prices.py": "import importlib\n\nprices = importlib.import_module('prices')\n\n\n"
                   "def test_total():\n    assert prices.total([1]) == 1\n"}  # fmt: skip
    (finding,) = (await judged(tmp_path, shop, {"prices.py": PRICES + "\n\nraise RuntimeError('no')\n",
                                                "test_prices.py": shop["test_prices.py"] + "\n"})).findings  # fmt: skip
    assert "RuntimeError: no" in finding.message
    assert str(finding.path) == "test_prices.py"


async def test_a_conftest_that_the_edit_breaks_is_found_though_no_test_can_run(tmp_path: Path) -> None:
    shop = SHOP | {"conftest.py": "import prices\n"}
    outcome = await judged(tmp_path, shop, {"conftest.py": "import prices\n\nprices.missing()\n", **WRONG})
    (finding,) = outcome.findings
    assert (str(finding.path), finding.line, finding.certainty) == ("conftest.py", 3, Certainty.CERTAIN)
    assert "missing" in finding.message


async def test_a_test_that_hangs_since_the_edit_is_found_and_the_others_are_told(tmp_path: Path) -> None:
    hanging = {"prices.py": PRICES.replace("return sum(prices)", "while True:\n        pass")}
    chosen = replace(policy(), executing=replace(policy().executing, seconds=12))
    outcome = await judged(tmp_path, SHOP, hanging, chosen)
    (finding,) = outcome.findings
    assert "test_total" in finding.message
    assert "did not end within" in finding.message


# ------------------------------------------------------------------------ which are chosen


def chosen_names(given: CheckInput, most: int = 200) -> dict[str, list[str] | None]:
    return {
        str(path): None if names is None else sorted(names)
        for _, _, selection in reached_tests(given, RUNNERS, most).selections
        for path, names in selection.items()
    }


def test_the_nearest_tests_are_chosen_first_and_what_is_left_out_is_counted(tmp_path: Path) -> None:
    more = {f"test_far{number}.py": "import middle\n\n\ndef test_far():\n    middle.run()\n" for number in range(3)}
    shop = SHOP | {"middle.py": "from prices import total\n\n\ndef run():\n    return total([])\n", **more}
    given = programs_in(tmp_path).given(shop, WRONG)
    reached = reached_tests(given, RUNNERS, 2)
    assert (reached.count, reached.left_out) == (2, 3)
    assert "test_prices.py" in chosen_names(given, 2)
    assert chosen_names(given).keys() == {"test_prices.py", *more}


def test_of_a_file_that_reaches_the_edit_by_one_test_that_test_comes_first(tmp_path: Path) -> None:
    given = programs_in(tmp_path).given(SHOP, WRONG)
    assert chosen_names(given, 1) == {"test_prices.py": ["test_total"]}


def test_a_fixture_that_reaches_the_edit_brings_the_files_that_name_it(tmp_path: Path) -> None:
    shop = {
        "prices.py": PRICES,
        "tests/conftest.py": "import pytest\nfrom prices import total\n\n\n"
        "@pytest.fixture\ndef bill():\n    return total([1])\n",
        "tests/test_bill.py": "def test_bill(bill):\n    assert bill == 1\n",
        "tests/test_apart.py": "def test_apart():\n    assert True\n",
    }
    assert chosen_names(programs_in(tmp_path).given(shop, WRONG)) == {"tests/test_bill.py": None}


async def test_an_edit_that_no_test_reaches_says_so(tmp_path: Path) -> None:
    outcome = await judged(tmp_path, SHOP | {"lone.py": "x = 1\n"}, {"lone.py": "x = 2\n"})
    assert outcome.notes == ("tests: none was found that reaches this edit",)


# ------------------------------------------------------------------------ consent


async def test_nothing_runs_unless_the_setting_the_trust_and_the_word_are_there(tmp_path: Path) -> None:
    marker = tmp_path / "ran"
    shop = SHOP | {"conftest.py": f"open({str(marker)!r}, 'w').close()\n"}
    programs = Programs(tmp_path, path="/nowhere")
    off = replace(policy(), tests=False)
    assert await TestsCheck().run(programs.given(shop, WRONG, off)) == CheckOutcome()
    untrusted = await TestsCheck().run(programs.given(shop, WRONG, policy(), trusted=False))
    assert "sightline trust" in untrusted.skipped[0].reason
    asked: list[tuple[str, str]] = []

    async def no(root: str, isolation: str) -> bool:
        asked.append((root, isolation))
        return False

    refused = replace(policy(), executing=replace(policy().executing, consent=no))
    outcome = await TestsCheck().run(programs.given(shop, WRONG, refused))
    assert "sightline trust --tests" in outcome.skipped[0].reason
    assert outcome.findings == ()
    assert asked[0][0] == programs.root
    assert "not isolated" in asked[0][1]
    assert not marker.exists()
    assert not programs.files.made, "no copy is made before the word is given"


async def test_what_executes_an_edit_runs_in_a_sandbox_or_not_at_all_unless_the_user_says_otherwise(
    tmp_path: Path,
) -> None:
    outcome = await judged(tmp_path, SHOP, WRONG, policy(isolated=True))
    assert outcome.findings == ()
    assert "bubblewrap is not installed" in outcome.skipped[0].reason
    assert "checks.isolation" in outcome.skipped[0].reason


async def test_a_sandbox_that_does_not_work_here_is_none(tmp_path: Path) -> None:
    programs = Programs(tmp_path)
    programs.write("bwrap", "print('bwrap: No permissions to create new namespace', file=sys.stderr)\nsys.exit(1)\n")
    outcome = await judged(tmp_path, SHOP, WRONG, policy(isolated=True), programs=programs)
    assert "No permissions to create new namespace" in outcome.skipped[0].reason
    outcome = await judged(tmp_path, SHOP, WRONG, policy(), programs=programs)
    assert len(outcome.findings) == 1
    assert "No permissions" in outcome.notes[0]


# ------------------------------------------------------------------------ in the sandbox

PRYING = """
import os, pathlib, socket
from prices import total


def test_prying():
    total([])
    told = []
    for place in {places!r}:
        if os.path.exists(place):
            told.append(place)
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
    try:
        socket.create_connection(("127.0.0.1", {port}), timeout=1).close()
        told.append("network")
    except OSError:
        pass
    try:
        pathlib.Path("/usr/sightline-was-here").write_text("x")
        told.append("writes")
    except OSError:
        pass
    told += [name for name in os.environ if name.startswith("SECRET")]
    pathlib.Path("prices.py").write_text("in place")
    assert told == ["nothing"]
"""


async def test_the_sandbox_shows_no_home_no_other_files_no_network_and_no_keys(tmp_path: Path) -> None:
    if not await can_isolate(tmp_path):
        pytest.skip("no bubblewrap that works is here")
    home = tmp_path / "home"
    (home / ".ssh").mkdir(parents=True)
    (home / ".ssh/id_rsa").write_text("key")
    server = await asyncio.start_server(lambda _reader, writer: writer.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    (tmp_path / "work/.git").mkdir(parents=True)
    (tmp_path / "work/.git/config").write_text("[remote]")
    (tmp_path / "work/.env").write_text("KEY=1")
    places = [str(home), str(tmp_path / "outside"), "/run/docker.sock", str(tmp_path / "work/.git/config"),
              str(tmp_path / "work/.env")]  # fmt: skip
    (tmp_path / "outside").write_text("mine")
    shop = SHOP | {"test_prying.py": PRYING.format(places=places, port=port)}
    programs = Programs(
        tmp_path, path="/usr/bin:/bin", environment={"HOME": str(home), "SECRET_KEY": "1", "SIGHTLINE_API_KEY": "1"}
    )
    after = {"test_prying.py": shop["test_prying.py"] + "\n\ndef test_more():\n    pass\n", **WRONG}
    before = SHOP | {"test_prying.py": "def test_prying():\n    pass\n"}
    async with server:
        outcome = await judged(tmp_path, before, after, policy(isolated=True), programs=programs)
    assert "isolated by bubblewrap, without network" in outcome.notes[0]
    (prying,) = [finding for finding in outcome.findings if "prying" in finding.symbol]
    assert "assert [] == ['nothing']" in prying.message
    assert any("test_total" in finding.symbol for finding in outcome.findings)
    assert (tmp_path / "work/prices.py").read_text() == PRICES
    assert not any(os.path.exists(folder) for folder in programs.files.made)


async def test_a_fork_bomb_ends_with_its_sandbox(tmp_path: Path) -> None:
    if not await can_isolate(tmp_path):
        pytest.skip("no bubblewrap that works is here")
    bomb = (
        "import os, time\nfrom prices import total\n\n\ndef test_bomb():\n    total([])\n"
        "    for _ in range(600):\n        if os.fork() == 0:\n            os.setsid()\n            time.sleep(600)\n"
        "    time.sleep(600)\n"
    )
    before = {"prices.py": PRICES, "test_prices.py": "from prices import total\n\n\ndef test_bomb():\n    total([])\n"}
    outcome = await judged(
        tmp_path, before, {"test_prices.py": bomb}, policy(isolated=True), programs=programs_in(tmp_path)
    )
    (finding,) = outcome.findings
    assert "more than 400 processes" in finding.message
    left = [each for each in os.listdir("/proc") if each.isdigit() and _argument(each, str(tmp_path))]
    assert left == []


def _argument(process: str, wanted: str) -> bool:
    try:
        command = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return wanted.encode() in command and b"pytest" in command and b"bwrap" in command


# ------------------------------------------------------------------------ runners that do not do their work


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("sys.exit('No module named pytest')", "pytest is not installed"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9"),
        ("print('\\x00garbage' * 1000)", "garbage"),
        (
            "Path(os.environ['SIGHTLINE_TESTS'], 'report.jsonl').write_bytes(b'[1]\\n{\"path\": 3}\\n\\xff')",
            "exit code 0",
        ),
    ],
)
async def test_a_runner_that_does_not_do_its_work_is_skipped_with_its_reason(
    tmp_path: Path, script: str, words: str
) -> None:
    programs = Programs(tmp_path)
    place = programs.write("python", script)
    chosen = replace(policy(), programs={"pytest": str(place)})
    outcome = await judged(tmp_path, SHOP, WRONG, chosen, programs=programs)
    assert outcome.findings == ()
    assert words in outcome.skipped[0].reason
    assert len(outcome.skipped[0].reason) < 500


async def test_without_an_interpreter_it_is_said_where_one_is_looked_for(tmp_path: Path) -> None:
    outcome = await judged(tmp_path, SHOP, WRONG, replace(policy(), programs={}))
    assert "python3 is not on your PATH" in outcome.skipped[0].reason


async def test_cancelling_ends_the_run_and_removes_the_copy(tmp_path: Path) -> None:
    programs = Programs(tmp_path, path="/nowhere")
    begun = tmp_path / "begun"
    slow = {"prices.py": PRICES, "test_prices.py": "import time\nfrom prices import total\n\n\ndef test_slow():\n"
            f"    total([])\n    open({str(begun)!r}, 'w').close()\n    time.sleep(600)\n"}  # fmt: skip
    task = asyncio.create_task(TestsCheck().run(programs.given(slow, WRONG, policy())))
    while not begun.exists():
        await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert programs.files.made
    assert not any(os.path.exists(folder) for folder in programs.files.made)
