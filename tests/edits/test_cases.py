"""The hand-written replies of ``tests/cases/edits``, each a specification of its own."""

from __future__ import annotations

import pytest

from support.edit_cases import CASES, EditCase, check_case, read_cases

_CASES = [(path.name, case) for path in sorted(CASES.glob("*.txt")) for case in read_cases(path.name)]


@pytest.mark.parametrize("case", [pytest.param(case, id=f"{name}: {case.name}") for name, case in _CASES])
def test_reply_comes_to_what_the_case_says(case: EditCase) -> None:
    check_case(case)


def test_no_two_cases_share_a_name() -> None:
    names = [(name, case.name) for name, case in _CASES]
    assert len(set(names)) == len(names)
    assert len(names) >= 300
