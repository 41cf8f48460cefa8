"""The syntax check's two readers."""

from __future__ import annotations

import pytest

from sightline.base.memory_system import memory_system
from sightline.base.system import ProcessResult
from sightline.checks.check import Certainty, CheckInput, CheckOutcome
from sightline.checks.syntax import SyntaxCheck
from support.broken_texts import ENDLESS_KOTLIN
from support.check_cases import CheckCase


async def check(before: str | None, after: str, *, name: str = "a.py") -> CheckOutcome:
    case = CheckCase(name="", before={} if before is None else {name: before}, after={name: after})
    return await SyntaxCheck().run(case.given())


@pytest.mark.parametrize(
    "text",
    [
        "return 1\n",
        "def f(a, a): ...\n",
        "break\n",
        "def f():\n    x = 1\n    global x\n",
        "print 'x'\n",
        "f(a=1, 2)\n",
        "x = 08\n",
        "def f():\n    return\n   x\n",
        "try:\n    pass\nexcept:\n    pass\nexcept ValueError:\n    pass\n",
    ],
)
async def test_what_python_refuses_is_certain(text: str) -> None:
    (finding,) = (await check("x = 1\n", text)).findings
    assert finding.certainty is Certainty.CERTAIN
    assert finding.message.startswith("Syntax error: ")
    (created,) = (await check(None, text)).findings
    assert created.certainty is Certainty.CERTAIN


@pytest.mark.parametrize("text", ["type Pair[T] = tuple[T, T]\n", "def f[T](a: T) -> T: ...\n", "class C[T]: ...\n"])
async def test_syntax_of_a_newer_python_is_at_most_possible(text: str) -> None:
    """The workspace may be written for a newer Python than the one Sightline runs on."""
    findings = (await check("x = 1\n", text)).findings
    assert all(finding.certainty is Certainty.POSSIBLE for finding in findings)


async def test_a_text_python_refused_before_is_not_newly_refused() -> None:
    assert (await check("return 1\n", "return 2\n")).findings == ()


async def test_an_edit_of_a_broken_file_can_only_be_a_possible_problem() -> None:
    broken = "def f(:\n    return 1\n"
    assert (await check(broken, broken + "x = 1\n")).findings == ()
    for finding in (await check(broken, broken + "def g(:\n    return 2\n")).findings:
        assert finding.certainty is Certainty.POSSIBLE


async def test_a_text_too_broken_to_be_read_is_certain() -> None:
    (finding,) = (await check("fun f() = 1\n", ENDLESS_KOTLIN, name="a.kt")).findings
    assert finding.certainty is Certainty.CERTAIN
    assert "too broken" in finding.message
    assert (await check(ENDLESS_KOTLIN, ENDLESS_KOTLIN + "\n", name="a.kt")).findings == ()


async def test_a_mended_file_is_told() -> None:
    outcome = await check("def f(:\n    return 1\n", "def f():\n    return 1\n")
    assert outcome.findings == ()
    assert outcome.fixed


async def test_the_place_of_a_compiler_error_is_in_bytes_and_characters() -> None:
    after = "x = 'žž'\nif x: break\n"
    (finding,) = (await check("x = 1\n", after)).findings
    assert (finding.line, finding.column) == (2, after.split("\n")[1].index("break") + 1)
    assert after.encode()[finding.span.start : finding.span.end] == b"break"


async def test_warnings_of_the_compiler_are_kept_from_everybody() -> None:
    """Warnings are errors under test: an invalid escape must reach nobody."""
    assert (await check("x = 1\n", "x = '\\d' is '\\d'\nassert (x, 1)\n")).findings == ()


async def test_without_processes_the_compiler_runs_here() -> None:
    case = CheckCase(name="", before={"a.py": "x = 1\n"}, after={"a.py": "x = '\\d'\nreturn x\n"})
    given = case.given()
    alone = CheckInput(before=given.before, after=given.after, changes=given.changes, system=memory_system())
    (finding,) = (await SyntaxCheck().run(alone)).findings
    assert finding.line == 2


@pytest.mark.parametrize("code", [-9, -11, 1])
async def test_what_killed_the_compilers_process_is_not_tried_here(code: int) -> None:
    """A text that crashes the compiler, or takes all memory, would take the server with it."""
    case = CheckCase(name="", before={"a.py": "x = 1\n"}, after={"a.py": "x = 1\nreturn x\n"})
    given = case.given()
    system = memory_system(
        answer=lambda _arguments, _directory, _stdin: ProcessResult(code=code, stdout=b"", stderr=b"")
    )
    outcome = await SyntaxCheck().run(
        CheckInput(before=given.before, after=given.after, changes=given.changes, system=system)
    )
    assert outcome.findings == ()
    assert [row.check for row in outcome.skipped] == ["syntax"]


async def test_a_file_that_cannot_be_read_is_skipped_with_its_name() -> None:
    case = CheckCase(name="", before={"a.py": "x = 1\n"}, after={"a.py": "x = '\0'\n"})
    outcome = await SyntaxCheck().run(case.given())
    assert [row.reason for row in outcome.skipped] == [] or "a.py" in outcome.skipped[0].reason


async def test_no_other_language_is_compiled_as_python() -> None:
    assert (await check("x = 1\n", "return 1 ((\n", name="a.txt")).findings == ()
