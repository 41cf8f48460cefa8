"""A chain of ``else if`` that grows: what is around it keeps its meaning at its end."""

from __future__ import annotations

from support.check_cases import CheckCase, report_on


def chain(links: int) -> str:
    link = 'if match, value := given(all, "{}"); match {{\n\t\tall = value\n\t}}'
    parts = " else ".join(link.format(number) for number in range(links))
    given = "func given(all string, name string) (bool, string) { return true, name }"
    return f"package a\n\n{given}\n\nfunc read(all string) {{\n\t{parts}\n}}\n"


async def test_a_longer_chain_strands_nothing_at_its_end() -> None:
    case = CheckCase(name="", before={"a.go": chain(20)}, after={"a.go": chain(90)})
    assert (await report_on(case)).findings == ()
