"""Types of TypeScript on one line."""

from __future__ import annotations

import pytest

from sightline.graph.extract_script_type_lines import type_line


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{ a: A; b: B }", "{ a: A; b: B }"),
        ("{\n  a: A\n  b: B\n}", "{ a: A; b: B }"),
        ("{\n  a: A;\n  b: B,\n}", "{ a: A; b: B, }"),
        ("{\r\n  a:\r\n    | A\r\n    | B\r\n  b: B\r\n}", "{ a: | A | B; b: B }"),
        ("{\n  a: A |\n    B\n  b: (\n    x: X\n  ) => Y\n  c(): Z\n}", "{ a: A | B; b: ( x: X ) => Y; c(): Z }"),
        (
            "{\n  a: X extends Y\n    ? A\n    : B\n  [key: string]: C\n  (x: X): Y\n}",
            "{ a: X extends Y ? A : B; [key: string]: C; (x: X): Y }",
        ),
        ("{\n  a: { b: B\n c: C }\n  d: [\n    A,\n    B\n  ]\n}", "{ a: { b: B; c: C }; d: [ A, B ] }"),
        ("{\n  a: 'it}s' // the user's {\n  /* more */ b: B\n}", "{ a: 'it}s'; b: B }"),
        ('{\n  a: "http://x"\n  b: `/*`\n}', '{ a: "http://x"; b: `/*` }'),
        ("Map<\n  A,\n  B\n>", "Map< A, B >"),
        ("Map<{\n  a: A\n  b: () => B\n}, C>", "Map<{ a: A; b: () => B }, C>"),
        ("}\n{\n)", "} { )"),
        ("{\n  'a", "{ 'a"),
    ],
)
def test_line_breaks_that_end_a_member_become_semicolons(text: str, line: str) -> None:
    assert type_line(text.encode()) == line
