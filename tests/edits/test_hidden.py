"""Placeholders for secrets in a text of many of them; what becomes of each is in ``cases/edits/hidden_secrets.txt``."""

from __future__ import annotations

from sightline.base.redact import REDACTED, redact
from sightline.base.text import Text
from sightline.edits.hidden import edits_of_shown
from sightline.edits.proposal import WholeFile
from sightline.workspace.source import SourceFile
from support.graphs import path


def test_many_lines_with_secrets_get_theirs_back() -> None:
    """When each of these was looked for among all others, this took forty seconds."""
    lines = [f'password_{number:05} = "swordfish-{number:05}"' for number in range(8_000)]
    file = SourceFile(path=path("keys.py"), text=Text.of("\n".join(lines) + "\n"))
    shown = redact("\n".join(lines))
    assert shown.count(REDACTED) == len(lines)
    wanted = "".join(f"{line}  # checked\n" for line in (*shown.splitlines(), shown.splitlines()[0]))
    outcome = edits_of_shown(file, [WholeFile(path="keys.py", text=wanted, line=1)])
    assert not outcome.unmatched
    text = file.text.data
    for edit in sorted(outcome.edits, key=lambda edit: -edit.span.start):
        text = text[: edit.span.start] + edit.new + text[edit.span.end :]
    assert text.decode().splitlines() == [f"{line}  # checked" for line in (*lines, lines[0])]
