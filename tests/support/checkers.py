"""Type checkers written by a test: they answer as the real ones do, and misbehave when they are told to.

Each finds the word BAD (an error of the rule "bad") and SHADY (a warning), and judges ``needs WORD in FILE``: an error
of the rule "lacks" where FILE, as it is shown or else on the disk, does not hold the word.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from sightline.checks.checkers.checker import TypeChecker
from sightline.checks.policy import CheckPolicy
from support.programs import Programs

#: What all of them share. ``note`` writes one line to a file of the test's.
_JUDGING = r"""
import re
def note(*words):
    with open(NOTES, "a", encoding="utf-8") as file:
        file.write(json.dumps(words) + "\n")
def text_of(path, shown):
    if path in shown:
        return shown[path]
    return Path(path).read_text("utf-8") if Path(path).exists() else None
def judged(path, shown, missing_too):
    rows = []
    for number, line in enumerate(text_of(path, shown).split("\n")):
        for word, rule, severity in (("BAD", "bad", 1), ("SHADY", "shady", 2), ("HINT", "hint", 4)):
            if word in line:
                rows.append((number, line.index(word), len(word), rule, severity, f"{word} is on line {number + 1}"))
        for word, file in re.findall(r"needs (\w+) in (\S+)", line):
            place = os.path.join(ROOT, file)
            there = text_of(place, shown if missing_too or os.path.exists(place) else {})
            if there is None or word not in there:
                rows.append((number, line.index("needs"), 5, "lacks", 1, f"{file} has no {word}"))
    return rows
def units(line, at):
    return len(line[:at].encode("utf-16-le")) // 2
note("start", sys.argv[1:], os.getcwd(), dict(os.environ), os.getpid())
"""

_PIPES = r"""
source, sink = sys.stdin.buffer, sys.stdout.buffer
def say(message):
    body = json.dumps(message).encode()
    sink.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    sink.flush()
"""

LANGUAGE_SERVER = (
    _PIPES
    + r"""
from urllib.parse import unquote
def path_of(uri):
    return unquote(uri.removeprefix("file://"))
def hear():
    length = 0
    while (line := source.readline().strip()):
        if line.lower().startswith(b"content-length:"):
            length = int(line.split(b":")[1])
    if not length:
        sys.exit(0)
    return json.loads(source.read(length))
shown, asked = {}, 0
while True:
    message = hear()
    method, number, given = message.get("method"), message.get("id"), message.get("params")
    note("heard", method, path_of(given["textDocument"]["uri"]) if given and "textDocument" in given else given)
    if method == "initialize":
        AT_START
        say({"id": 77, "method": "workspace/configuration", "params": {"items": [{"section": "python"}]}})
        say({"id": 78, "method": "window/showMessageRequest", "params": {}})
        say({"method": "window/logMessage", "params": {"type": 3, "message": "hello"}})
        say({"id": number, "result": {"capabilities": {}}})
    elif method in ("textDocument/didOpen", "textDocument/didChange"):
        path = path_of(given["textDocument"]["uri"])
        shown[path] = given["textDocument"]["text"] if method.endswith("Open") else given["contentChanges"][-1]["text"]
    elif method == "textDocument/didClose":
        del shown[path_of(given["textDocument"]["uri"])]
    elif method == "textDocument/diagnostic":
        asked += 1
        AT_QUESTION
        path = path_of(given["textDocument"]["uri"])
        lines = text_of(path, shown).split("\n")
        items = []
        for row, at, length, rule, severity, words in judged(path, shown, False):
            start = units(lines[row], at)
            items.append({"range": {"start": {"line": row, "character": start},
                "end": {"line": row, "character": start + length}}, "severity": severity, "code": rule,
                "message": words, "relatedInformation": [{"message": "here", "location": {
                    "uri": given["textDocument"]["uri"], "range": {"start": {"line": 0, "character": 0},
                    "end": {"line": 0, "character": 1}}}}]})
        say({"id": number, "result": {"kind": "full", "items": items}})
"""
)

TSSERVER = (
    _PIPES
    + r"""
shown, asked = {}, 0
AT_START
for line in source:
    message = json.loads(line)
    command, number, given = message["command"], message["seq"], message["arguments"]
    note("heard", command, given.get("file", given))
    def answer(body=None, **more):
        head = {"seq": 0, "type": "response", "command": command, "request_seq": number, "success": True}
        say(head | {"body": body, **more})
    say({"seq": 0, "type": "event", "event": "telemetry", "body": {}})
    if command == "updateOpen":
        for path in given["closedFiles"]:
            shown.pop(path)
        for file in given["openFiles"]:
            shown[file["file"]] = file["fileContent"]
        answer(True)
    elif command == "semanticDiagnosticsSync":
        asked += 1
        AT_QUESTION
        path = given["file"]
        lines = text_of(path, shown).split("\n")
        body = []
        for row, at, length, rule, severity, words in judged(path, shown, True):
            start = units(lines[row], at) + 1
            body.append({"start": {"line": row + 1, "offset": start},
                "end": {"line": row + 1, "offset": start + length},
                "code": {"bad": 1, "shady": 2, "lacks": 3, "hint": 4}[rule], "text": words,
                "category": {1: "error", 2: "warning", 4: "suggestion"}[severity]})
        answer(body)
    else:
        answer([])
"""
)

MYPY = r"""
arguments, shown, judge, asked = sys.argv[1:], {}, [], 0
while arguments:
    word = arguments.pop(0)
    if word == "--shadow-file":
        path = arguments.pop(0)
        shown[path] = Path(arguments.pop(0)).read_bytes().decode()
    elif word == "--":
        judge, arguments = arguments, []
asked = 1
note("heard", "run", judge)
AT_START
AT_QUESTION
print("a plugin says hello")
for path in judge:
    for row, at, length, rule, severity, words in judged(path, shown, False):
        if severity < 4:
            print(json.dumps({"file": os.path.relpath(path), "line": row + 1, "column": at, "message": words,
                "hint": None, "code": rule, "severity": "error" if severity == 1 else "note"}))
sys.exit(1)
"""

FAKES = {"pyright": LANGUAGE_SERVER, "ty": LANGUAGE_SERVER, "tsserver": TSSERVER, "mypy": MYPY}


@dataclass
class Fake:
    """A checker that a test wrote, and what it noted."""

    programs: Programs
    checker: TypeChecker

    @property
    def notes(self) -> list[list[Any]]:
        path = self.programs.folder / "notes"
        if not path.exists():
            return []
        return [cast("list[Any]", json.loads(line)) for line in path.read_text("utf-8").splitlines()]

    @property
    def starts(self) -> list[list[Any]]:
        """Arguments, folder, environment and process id of every start."""
        return [row[1:] for row in self.notes if row[0] == "start"]

    def heard(self, method: str) -> list[Any]:
        """What came with each message of that name."""
        return [row[2] for row in self.notes if row[0] == "heard" and row[1] == method]


def fake(
    folder: Path, checker: TypeChecker, *, at_start: str = "pass", at_question: str = "pass", below: str = "bin"
) -> Fake:
    """A fake of ``checker`` on the ``PATH``. Its lines run once it is started, and at every question (``asked``)."""
    programs = Programs(folder)
    script = FAKES[checker.name].replace("AT_START", at_start).replace("AT_QUESTION", at_question)
    head = f"NOTES, ROOT = {str(folder / 'notes')!r}, {programs.root!r}\n"
    programs.write(checker.program, head + _JUDGING + script, below=below)
    return Fake(programs, checker)


def named(checker: TypeChecker, **more: Any) -> CheckPolicy:
    """A policy under which ``checker`` runs."""
    return CheckPolicy(types=(checker.name,), **more)


def file_of(checker: TypeChecker, name: str = "a") -> str:
    """A file that it reads."""
    return f"{name}{'.ts' if '.ts' in checker.suffixes else '.py'}"


def importing(checker: TypeChecker, name: str = "a") -> str:
    """A line that imports the file ``name`` beside it."""
    return f'import {{ x }} from "./{name}";' if ".ts" in checker.suffixes else f"from {name} import x"


def comment(checker: TypeChecker) -> str:
    """What begins a comment."""
    return "//" if ".ts" in checker.suffixes else "#"
