"""How a code base is written, as measured: names, errors, imports, documentation, layout, tests. Short sentences.

Counted over a sample of files that is the same for the same workspace. What has no clear habit is not spoken of. A
sentence holds fixed words and figures only, never a name out of a file: it stands among the rules of a prompt.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sightline.base.errors import SightlineError
from sightline.base.paths import WorkspacePath
from sightline.context.access import fresh_definitions_of
from sightline.context.project_files import project_texts, runners_of_tests, written_by_tools
from sightline.graph.facts import FUNCTIONS, DefinitionKind
from sightline.graph.raw_facts import DefinitionRow
from sightline.graph.test_files import is_test
from sightline.graph.view import GraphView
from sightline.languages.registry import language_of
from sightline.workspace.origins import origin_by_name

Permission = Callable[[WorkspacePath], str | None]

#: Files of one language whose definitions are counted, and of which the texts are read.
NAMED_FILES, READ_FILES = 200, 60
#: Languages that are spoken of, those of the most files.
MOST_LANGUAGES = 2
#: Things counted below which there is no habit, and the share of them that makes one.
FEWEST, CLEAR = 8, 0.7
#: Bytes of a file that are read.
HEAD = 40_000

_CASES = (
    ("snake_case", re.compile(r"_{0,2}[a-z][a-z0-9]*(?:_[a-z0-9]+)+_{0,2}\Z")),
    ("camelCase", re.compile(r"_?[a-z][a-z0-9]*(?:[A-Z][A-Za-z0-9]*)+\Z")),
    ("PascalCase", re.compile(r"_?(?:[A-Z][a-z0-9]*){2,}\Z")),
)
_OPENED = re.compile(r"^([ \t]*)[^\s#*/\"'][^\n]*[:{]\n([ \t]+)(?=\S)", re.MULTILINE)
_FOLDERS = frozenset({"test", "tests", "testing", "__tests__", "spec", "specs", "e2e"})
_SCRIPTS = frozenset({"typescript", "tsx", "javascript", "vue", "svelte"})


@dataclass(frozen=True, slots=True)
class _Choice:
    """Ways to do one thing, each with what is counted for it; the sentence takes the way that is clearly the usual."""

    sentence: str
    ways: tuple[tuple[str, str], ...]


_OWN_ERROR = (
    r"^\s*raise (?!(?:Value|Type|Runtime|Key|Attribute|NotImplemented|Index|OS|Assertion)Error|Exception\b)[A-Z]\w+"
)
_EXPORTED = r"export (?:default )?(?:async )?(?:function|class|const|interface|type)\b"
_PUBLIC = r"pub (?:async )?(?:fn|struct|enum|trait)\b"
#: A way that begins with ``-`` is counted and never told: that something is not done is no habit to follow.
_CHOICES: dict[str, tuple[_Choice, ...]] = {
    "python": (
        _Choice(
            "imports of its own modules are {}",
            (("relative", r"^\s*from \.+[\w.]* import"), ("-", r"^\s*from \w[\w.]* import")),
        ),
        _Choice(
            "errors are raised as {}",
            (
                ("classes of its own or of a library", _OWN_ERROR),
                (
                    "Python's built-in exceptions",
                    r"^\s*raise (?:Value|Type|Runtime|Key|Attribute|NotImplemented)Error\b",
                ),
            ),
        ),
        _Choice(
            "docstrings list parameters {}",
            (
                ("as `:param name:`", r"^\s*:param\b"),
                ("under `Args:`", r"^\s*Args:\s*$"),
                ("under `Parameters` with dashes", r"^\s*Parameters\s*\n\s*-{4,}"),
            ),
        ),
        _Choice("strings stand in {} quotes", (("double", r'"[^"\'\n]*"'), ("single", r"'[^'\"\n]*'"))),
        _Choice(
            "functions {} annotated with types",
            (("are", r"^\s*(?:async )?def [^\n]*->"), ("are not", r"^\s*(?:async )?def [^\n:]*\):\s*$")),
        ),
        _Choice(
            "texts are put together by {}",
            (("f-strings", r"\bf[\"']"), ("`%`", r"[\"'] % "), ("`.format()`", r"[\"']\.format\(")),
        ),
    ),
    "script": (
        _Choice(
            "modules are {}",
            (
                ("ES modules (`import`)", r"^import\b"),
                ("CommonJS (`require`)", r"^(?:const|var|let) [^\n]*= require\("),
            ),
        ),
        _Choice("exports are {}", (("named", r"^export (?!default)"), ("default", r"^export default\b"))),
        _Choice("strings stand in {} quotes", (("single", r"'[^'\"\n]*'"), ("double", r'"[^"\'\n]*"'))),
        _Choice(
            "statements end {} semicolons",
            (
                ("with", r"[\w)\]'\"`];[ \t]*$"),
                ("without", r"^\s*(?:const|let|import|return)\b[^\n;{(,]*[\w)\]'\"`][ \t]*$"),
            ),
        ),
        _Choice(
            "functions are {}",
            (
                ("declarations (`function name()`)", r"^\s*(?:export )?(?:default )?(?:async )?function\b"),
                ("arrows (`const name = () =>`)", r"^\s*(?:export )?const \w+[^\n=]*= (?:async )?\([^\n]*=>"),
            ),
        ),
        _Choice(
            "what is exported {}",
            (("has a `/** */` comment", rf"\*/\s*\n\s*{_EXPORTED}"), ("-", rf"(?<!\*/)\n\s*{_EXPORTED}")),
        ),
    ),
    "go": (
        _Choice(
            "errors are {}",
            (
                ("wrapped (`fmt.Errorf` with `%w`)", r"fmt\.Errorf\([^\n]*%w"),
                ("made by `fmt.Errorf` without `%w`", r"fmt\.Errorf\((?![^\n]*%w)"),
                ("made by `errors.New`", r"errors\.New\("),
            ),
        ),
        _Choice(
            "exported functions {}",
            (
                (
                    "have a comment that begins with their name",
                    r"^// (\w+)\b[^\n]*\n(?://[^\n]*\n)*func (?:\([^)]*\) )?\1\b",
                ),
                ("-", r"(?<!\n)\n\nfunc (?:\([^)]*\) )?[A-Z]"),
            ),
        ),
    ),
    "rust": (
        _Choice(
            "fallible calls are {}",
            (("passed on by `?`", r"\)\?[;.,)\s]"), ("unwrapped", r"\.(?:unwrap|expect)\(")),
        ),
        _Choice(
            "public items {}",
            (
                ("have a `///` comment", rf"///[^\n]*\n(?:\s*#\[[^\n]*\n)*\s*{_PUBLIC}"),
                ("-", rf"(?<!\])\n\n\s*{_PUBLIC}"),
            ),
        ),
    ),
}


def conventions(view: GraphView, root: str, permitted: Permission) -> tuple[str, ...]:
    """Sentences on how the files under ``root`` are written; empty where there is no clear habit.

    Reads at most some hundred files. Never raises; may be called in any thread.
    """
    by_language: dict[str, list[WorkspacePath]] = {}
    tests: list[WorkspacePath] = []
    for path in view.paths():
        if path.root != root or origin_by_name(path.relative) is not None:
            continue
        if is_test(path):
            tests.append(path)
        elif spec := language_of(path):
            by_language.setdefault("typescript" if spec.name == "tsx" else spec.name, []).append(path)
    order = sorted(by_language, key=lambda name: (-len(by_language[name]), name))
    sentences: list[str] = []
    for name in order[:MOST_LANGUAGES]:
        if len(by_language[name]) >= 3 or name == order[0]:
            sentences += _of_language(view, name, by_language[name], permitted)
    texts = project_texts(view, root)
    return (*sentences, *_of_tests(tests, runners_of_tests(texts)), *written_by_tools(texts))


def _of_language(view: GraphView, name: str, paths: Sequence[WorkspacePath], permitted: Permission) -> list[str]:
    rows = [row for path in _sample(paths, NAMED_FILES) for row in fresh_definitions_of(view, path)]
    habits = _names(rows)
    texts = [text for path in _sample(paths, READ_FILES) if (text := _text(view, path, permitted))]
    family = "script" if name in _SCRIPTS else name
    habits += [said for choice in _CHOICES.get(family, ()) if (said := _usual(choice, texts))]
    if name == "python" and (said := _documented(view, paths, permitted)):
        habits.append(said)
    if said := _indentation(texts):
        habits.append(said)
    return [f"{name} ({len(paths):,} files): {'; '.join(habits)}."] if habits else []


def _sample(paths: Sequence[WorkspacePath], most: int) -> Sequence[WorkspacePath]:
    """Paths at even steps, so that all folders are heard."""
    step = -(-len(paths) // most)
    return paths[:: max(step, 1)]


def _text(view: GraphView, path: WorkspacePath, permitted: Permission) -> str:
    if permitted(path) is not None:
        return ""
    try:
        return view.workspace.read(path).text.data[:HEAD].decode("utf-8", "replace")
    except SightlineError:
        return ""


def _names(rows: Iterable[DefinitionRow]) -> list[str]:
    found: list[str] = []
    functions: Counter[str] = Counter()
    for row in rows:
        if row.kind in FUNCTIONS:
            for case, pattern in _CASES:
                if pattern.match(row.name):
                    functions[case] += 1
    if said := _clear(functions):
        case, share = said
        found.append(f"functions of several words are {case} ({share} of {functions.total():,})")
    return found


def _usual(choice: _Choice, texts: Sequence[str]) -> str:
    counts: Counter[str] = Counter()
    for way, pattern in choice.ways:
        compiled = re.compile(pattern, re.MULTILINE)
        counts[way] = sum(1 for text in texts for _ in compiled.finditer(text))
    said = _clear(counts)
    return f"{choice.sentence.format(said[0])} ({said[1]} of {counts.total():,})" if said else ""


def _clear(counts: Counter[str]) -> tuple[str, str] | None:
    """What is clearly the usual, and its share in percent."""
    total = counts.total()
    if total < FEWEST:
        return None
    way, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return (way, f"{round(100 * most / total)} %") if most >= CLEAR * total and way != "-" else None


def _documented(view: GraphView, paths: Sequence[WorkspacePath], permitted: Permission) -> str:
    """Whether public functions and classes have docstrings."""
    with_it = without = 0
    for path in _sample(paths, READ_FILES):
        if permitted(path) is not None:
            continue
        try:
            data = view.workspace.read(path).text.data
        except SightlineError:
            continue
        for row in fresh_definitions_of(view, path):
            if row.name.startswith("_") or row.kind not in (*FUNCTIONS, DefinitionKind.CLASS.value):
                continue
            body = data[row.body_start : row.body_start + 200].lstrip(b" \t\r\n:")
            if body.startswith((b'"""', b"'''", b'r"""', b'"', b"'")):
                with_it += 1
            else:
                without += 1
    said = _clear(Counter({"have": with_it, "-": without}))
    return f"public functions and classes {said[0]} docstrings ({said[1]} of {with_it + without:,})" if said else ""


def _indentation(texts: Sequence[str]) -> str:
    """What the line after an opening one is indented by."""
    widths: Counter[str] = Counter()
    for text in texts:
        for match in _OPENED.finditer(text):
            more = match[2].removeprefix(match[1])
            if more and match[2].startswith(match[1]):
                widths["tabs" if more == "\t" else f"{len(more)} spaces"] += 1
    said = _clear(widths)
    return f"indented by {said[0]}" if said else ""


def _of_tests(tests: Sequence[WorkspacePath], runners: Sequence[str]) -> list[str]:
    """Where tests lie, what they are called and what runs them."""
    if not tests and not runners:
        return []
    forms = Counter(form for path in tests if (form := _form(path)))
    beside = sum(1 for path in tests if not _in_tests_folder(path))
    habits = [forms.most_common(1)[0][0]] if forms else []
    if len(tests) >= FEWEST and (said := _clear(Counter({"beside": beside, "apart": len(tests) - beside}))):
        habits.append("beside the code they test" if said[0] == "beside" else "in folders of their own")
    if runners:
        habits.append(f"run by {' and '.join(runners)}")
    return [f"tests ({len(tests):,} files): {', '.join(habits)}."] if habits else []


def _form(path: WorkspacePath) -> str:
    """How a test is called. Of its name only the ending of a known language is told: the rest is anybody's words."""
    stem, ending = path.name.partition(".")[0], path.name.rpartition(".")[2]
    for mark in (".test.", ".spec."):
        if mark in path.name:
            return f"`*{mark}{ending}`"
    if stem.startswith("test_"):
        return f"`test_*.{ending}`"
    return f"`*_test.{ending}`" if stem.endswith("_test") else ""


def _in_tests_folder(path: WorkspacePath) -> bool:
    return not _FOLDERS.isdisjoint(path.relative.split("/")[:-1])
