"""Programs of tests in the place of real linters."""

from __future__ import annotations

import json
from pathlib import Path

from sightline.checks.linters.registry import linter_named
from support.programs import Programs

#: Programs that find the word BAD, and that cannot read a text with the word BROKEN, in the answers of the real ones.
FAKES = {
    "eslint": """
text = sys.stdin.buffer.read().decode()
rows = []
for number, line in enumerate(text.split("\\n"), start=1):
    if "BROKEN" in line:
        rows = [{"ruleId": None, "fatal": True, "severity": 2, "message": "Parsing error", "line": number, "column": 1}]
        break
    if "BAD" in line:
        at = len(line[: line.index("BAD")].encode("utf-16-le")) // 2 + 1
        rows.append({"ruleId": "no-bad", "severity": 2, "message": "bad", "line": number, "column": at,
                     "endLine": number, "endColumn": at + 3})
print(json.dumps([{"filePath": sys.argv[-1], "messages": rows}]))
sys.exit(1 if rows else 0)
""",
    "oxlint": """
rows = []
for name in sys.argv[sys.argv.index("--") + 1 :]:
    data = Path(name).read_bytes()
    name = os.path.relpath(name)
    for word, code in ((b"BROKEN", None), (b"BAD", "no-bad")):
        start = data.find(word)
        while start >= 0:
            row = {"message": "bad" if code else "Unexpected token", "severity": "error", "filename": name,
                   "labels": [{"span": {"offset": start, "length": len(word), "line": 1, "column": 1}}]}
            rows.append(row | ({"code": code} if code else {}))
            start = data.find(word, start + 1)
print(json.dumps({"diagnostics": rows}))
sys.exit(1 if rows else 0)
""",
    "biome": """
rows = []
for name in sys.argv[sys.argv.index("--") + 1 :]:
    for number, line in enumerate(Path(name).read_text("utf-8").split("\\n"), start=1):
        for word, category in (("BROKEN", "parse"), ("BAD", "lint/no-bad")):
            if word in line:
                at = line.index(word) + 1
                rows.append({"category": category, "severity": "error", "message": "bad", "location": {
                    "path": os.path.relpath(name), "start": {"line": number, "column": at},
                    "end": {"line": number, "column": at + len(word)}}})
print(json.dumps({"diagnostics": rows}))
sys.exit(1 if rows else 0)
""",
    "gofmt": """
found = False
for number, line in enumerate(sys.stdin.buffer.read().split(b"\\n"), start=1):
    for word in (b"BAD", b"BROKEN"):
        if word in line:
            found = True
            print(f"<standard input>:{number}:{line.index(word) + 1}: bad", file=sys.stderr)
sys.exit(2 if found else 0)
""",
    "clippy": """
def tell(path, number, level, code, start, end):
    place = {"is_primary": True, "file_name": str(path), "line_start": number, "line_end": number,
             "column_start": start, "column_end": end}
    message = {"level": level, "message": "bad", "code": code and {"code": code}, "spans": [place]}
    row = {"reason": "compiler-message", "manifest_path": os.getcwd() + "/Cargo.toml", "message": message}
    print(json.dumps(row))

for path in sorted(Path().rglob("*.rs")):
    for number, line in enumerate(path.read_text("utf-8").split("\\n"), start=1):
        if "BROKEN" in line:
            tell(path, number, "error", None, 1, 2)
            sys.exit(101)
        if "BAD" in line:
            at = line.index("BAD") + 1
            tell(path, number, "warning", "clippy::no_bad", at, at + 3)
            tell(path, number, "warning", "clippy::no_bad", at, at + 3)
print(json.dumps({"reason": "build-finished", "success": True}))
""",
    "govet": """
folder, rows = Path(), []
for path in sorted(folder.glob("*.go")):
    for number, line in enumerate(path.read_bytes().split(b"\\n"), start=1):
        if b"BROKEN" in line:
            print(f"# x\\nvet: ./{path}:{number}:1: undefined: BROKEN", file=sys.stderr)
            sys.exit(2)
        if b"BAD" in line:
            posn = f"{path.absolute()}:{number}:{line.index(b'BAD') + 1}"
            rows += [{"posn": posn, "message": "bad"}] * 2
found = {"x": {"printf": rows}} if rows else {}
print("# x\\n" + json.dumps(found, indent=2), file=sys.stderr)
""",
}
NOTE = "\nPath({note!r}).open('a').write(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ)]) + '\\n')\n"


def fake(folder: Path, name: str, *, below: str = "bin") -> Programs:
    programs = Programs(folder)
    programs.write(program_of(name), NOTE.format(note=str(folder / "runs")) + FAKES[name], below=below)
    return programs


def program_of(name: str) -> str:
    return linter_named(name).program


def runs(folder: Path) -> list[tuple[list[str], str, dict[str, str]]]:
    notes = folder / "runs"
    return [tuple(json.loads(line)) for line in notes.read_text().splitlines()] if notes.exists() else []
