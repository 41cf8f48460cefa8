"""Reads the hand-written reply cases of ``tests/cases/edits`` and runs them against an in-memory workspace.

A case file is a list of sections, each begun by a line ``@@@@ word argument flags``:

    @@@@ common shop.py          a file that every case of the case file has
    @@@@ case name               begins a case
    @@@@ file a.py crlf bom      one more file of this case (flags: crlf, bom, noeol)
    @@@@ reply crlf              the model's reply (flags: crlf, noeol)
    @@@@ as diff                 the format to ask for (default auto)
    @@@@ after a.py              the text of a file afterwards; all others must be as before
    @@@@ gone a.py               a file that is deleted or moved away
    @@@@ already a.py            a path reported as already so
    @@@@ anew a.py               a file that is made although it is there: whoever applies it asks first
    @@@@ how a.py whitespace     how the least sure edit of the file was found
    @@@@ problem words           words of a problem of the proposal, in order of lines
    @@@@ unmatched words         words of the reason of an unmatched edit
    @@@@ nearest words           words of the nearest lines of the last unmatched edit

A path with a space is written with ``%20``. A case passes when exactly these problems, unmatched edits, texts and notes
of "already" and "anew" come out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from sightline.base.memory_system import memory_system
from sightline.base.paths import WorkspacePath
from sightline.edits.apply import apply_proposal
from sightline.edits.parse import parse_reply
from sightline.edits.proposal import AppliedProposal, EditProposal, Located
from sightline.workspace.files import WorkspaceView

ROOT = "/w"
CASES = Path(__file__).parent.parent / "cases" / "edits"


@dataclass
class EditCase:
    """One case; texts are as bytes on disk."""

    name: str
    files: dict[str, bytes]
    reply: str = ""
    asked: str = "auto"
    after: dict[str, bytes] = field(default_factory=dict[str, bytes])
    gone: list[str] = field(default_factory=list[str])
    already: list[str] = field(default_factory=list[str])
    anew: list[str] = field(default_factory=list[str])
    how: dict[str, str] = field(default_factory=dict[str, str])
    problems: list[str] = field(default_factory=list[str])
    unmatched: list[str] = field(default_factory=list[str])
    nearest: list[str] = field(default_factory=list[str])


def read_cases(name: str) -> list[EditCase]:
    """The cases of one case file."""
    common: dict[str, bytes] = {}
    cases: list[EditCase] = []
    for words, lines in _sections((CASES / name).read_bytes().decode("utf-8")):
        word, argument, flags = words[0], words[1].replace("%20", " ") if len(words) > 1 else "", words[2:]
        rest = " ".join(words[1:])
        text = _text(lines, words[1:] if word == "reply" else flags)
        if word == "common":
            common[argument] = text
            continue
        if word == "case":
            cases.append(EditCase(name=rest, files=dict(common)))
            continue
        case = cases[-1]
        match word:
            case "file":
                case.files[argument] = text
            case "reply":
                case.reply = text.decode("utf-8")
            case "as":
                case.asked = argument
            case "after":
                case.after[argument] = text
            case "anew":
                case.anew.append(argument)
            case "gone":
                case.gone.append(argument)
            case "already":
                case.already.append(argument)
            case "how":
                case.how[argument] = flags[0]
            case "problem":
                case.problems.append(rest)
            case "unmatched":
                case.unmatched.append(rest)
            case "nearest":
                case.nearest.append(rest)
            case _:
                raise AssertionError(f"unknown section {word!r} in {name}")
    return cases


def workspace_of(files: dict[str, bytes], root: str = ROOT) -> WorkspaceView:
    """A view of one root with ``files``."""
    return WorkspaceView(
        revision=1,
        roots=(root,),
        system=memory_system({f"{root}/{name}": data for name, data in files.items()}),
        known={WorkspacePath(root, name) for name in files},
        overlay={},
    )


def run_case(case: EditCase) -> tuple[EditProposal, AppliedProposal]:
    """Parses and applies the reply of a case."""
    view = workspace_of(case.files)
    proposal = parse_reply(case.reply, case.asked)
    return proposal, apply_proposal(proposal, view, ROOT, lambda _: None)


def check_case(case: EditCase) -> None:
    """Asserts that a case comes out as it says."""
    view = workspace_of(case.files)
    proposal, applied = run_case(case)
    _assert_words([problem.message for problem in proposal.problems], case.problems, "problems")
    _assert_words([unmatched.reason for unmatched in applied.unmatched], case.unmatched, "unmatched")
    _assert_words([unmatched.nearest for unmatched in applied.unmatched][-len(case.nearest) :], case.nearest, "nearest")
    assert [str(path) for path in applied.already] == case.already
    assert sorted(str(path) for path in applied.replaced) == case.anew
    forked = view.fork(applied.changes)
    found = {str(path): forked.read(path).bytes_on_disk for path in forked.paths()}
    expected = {name: data for name, data in {**case.files, **case.after}.items() if name not in case.gone}
    assert found == expected
    order = list(Located)
    located: dict[str, str] = {}
    for place in sorted(applied.located, key=lambda place: order.index(place.how)):
        located[str(place.path)] = place.how.value
    assert case.how.items() <= located.items()
    back = forked.fork(applied.changes.inverse(lambda path: view.read(path).text))
    assert {str(path): back.read(path).bytes_on_disk for path in back.paths()} == case.files


def _assert_words(found: list[str], expected: list[str], what: str) -> None:
    if not expected and what == "nearest":
        return
    assert len(found) == len(expected), f"{what}: {found}"
    for text, words in zip(found, expected, strict=True):
        assert words in text, f"{what}: {found}"


def _sections(text: str) -> list[tuple[list[str], list[str]]]:
    result: list[tuple[list[str], list[str]]] = []
    for line in text.split("\n"):
        if line.startswith("@@@@ "):
            result.append((line[5:].split(), []))
        elif result:
            result[-1][1].append(line)
    if result and result[-1][1] and not result[-1][1][-1]:
        result[-1][1].pop()
    return result


def _text(lines: list[str], flags: list[str]) -> bytes:
    data = "".join(line + "\n" for line in lines).encode("utf-8")
    if "noeol" in flags:
        data = data.removesuffix(b"\n")
    if "crlf" in flags:
        data = data.replace(b"\n", b"\r\n")
    return b"\xef\xbb\xbf" + data if "bom" in flags else data
