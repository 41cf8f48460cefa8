"""Configuration that was written to harm: it is read in a time that grows as its length does, and never raises."""

from __future__ import annotations

import json
import signal
from collections.abc import Generator
from contextlib import contextmanager

import pytest

from sightline.languages.import_rules import ImportRequest
from sightline.languages.resolver import build_layout, candidates

#: Processor seconds for one text; each takes a tenth of that at most, and took minutes if its square was taken.
_SECONDS = 4.0
_BYTES = 150_000

_NAMES = (
    "compile_commands.json", "go.mod", "Cargo.toml", "tsconfig.json", "package.json", "composer.json",
    "pyproject.toml", "setup.cfg", "setup.py", "pyrightconfig.json", "a.csproj", "GlobalUsings.cs", "requirements.txt",
)  # fmt: skip
_RUNS = (
    "(", "[", "{", '"', "'", "\n", " ", " \n", "\\", '"\\', "/* ", "//", '{"a":', "[[", "a.", "a =", ",", "#",
    "module ", "replace a ", "=>", "global using ", '<Using Include="', "install_requires=[", '"a[', "find_packages('",
    "package_dir={'':'", "[a]\n", "a\n",
)  # fmt: skip
_STARTS = ("", '{"a": ', '[a]\nb = """', "install_requires = ['a", "module a\nreplace a", '<Using Include="a"')


@contextmanager
def _in_time() -> Generator[None]:
    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, _SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


@pytest.mark.parametrize("name", _NAMES)
def test_long_runs(name: str) -> None:
    for start in _STARTS:
        for run in _RUNS if start == "" else (" ", "[", '"', "\n"):
            text = start + run * (_BYTES // len(run))
            with _in_time():
                build_layout([name], lambda _, text=text: text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Cargo.toml", "a = " + "1" * 5_000),
        ("pyproject.toml", "a = " + "[" * 50_000),
        ("pyproject.toml", "a = " + "1" * 5_000),
        ("composer.json", "[" * 50_000),
        ("compile_commands.json", '{"a":' * 50_000),
        ("Cargo.toml", "[" + "a." * 40_000 + "a]\n" + "".join(f"k{at} = 1\n" for at in range(20_000))),
    ],
)
def test_what_parsers_choke_on_is_passed_over(name: str, text: str) -> None:
    with _in_time():
        build_layout([name], lambda _: text)


def test_configurations_that_extend_themselves_many_times_are_read_once() -> None:
    reads: list[str] = []
    texts = {
        "tsconfig.json": json.dumps({"extends": ["./a.json", "./tsconfig.json"] * 20}),
        "a.json": json.dumps({"extends": ["./tsconfig.json", "./a.json"] * 20, "compilerOptions": {"baseUrl": "b"}}),
    }

    def read(path: str) -> str | None:
        reads.append(path)
        return texts.get(path)

    with _in_time():
        layout = build_layout(sorted(texts), read)
    assert sorted(reads) == ["a.json", "tsconfig.json"]
    assert layout.script.configs[""].base == "b"


def test_one_long_word_of_a_command() -> None:
    entry = {"directory": "/p", "file": "a.c", "command": "cc -I" + "a" * 3_000_000 + ' "-Ib c" -I \'d\' "e'}
    with _in_time():
        layout = build_layout(["a.c", "compile_commands.json"], lambda _: json.dumps([entry]))
    folders = layout.of("c").commands[""]
    assert folders[1:] == ("b c", "d")


@pytest.mark.parametrize(
    ("name", "text", "importer", "module"),
    [
        ("tsconfig.json", {"compilerOptions": {"paths": {"@a": [f"b{n}" for n in range(90_000)]}}}, "a.ts", "@a"),
        ("package.json", {"name": "p", "exports": {"./a": [f"./b{n}" for n in range(90_000)]}}, "a.ts", "p/a"),
        ("pyrightconfig.json", {"extraPaths": [f"b{n}" for n in range(90_000)]}, "a.py", "c"),
        ("composer.json", {"autoload": {"psr-4": {"A\\": [f"b{n}" for n in range(90_000)]}}}, "a.php", "A\\B"),
        (
            "compile_commands.json",
            [{"directory": "/p", "file": "a.c", "arguments": [f"-Ib{n}" for n in range(90_000)]}],
            "a.c",
            "b.h",
        ),
    ],
)
def test_no_list_multiplies_what_is_tried_for_every_import(name: str, text: object, importer: str, module: str) -> None:
    layout = build_layout([name, importer], lambda _: json.dumps(text))
    found = candidates(importer, ImportRequest(module=module), layout)
    assert 1 < sum(len(each.paths) for each in found) < 30_000


@pytest.mark.parametrize(
    ("importer", "module"),
    [("a.rs", "a::"), ("a.rs", "crate::"), ("a.rs", "super::"), ("A.java", "a."), ("a.kt", "a."), ("A.cs", "a.")],
)
def test_paths_of_a_million_parts(importer: str, module: str) -> None:
    layout = build_layout([importer], lambda _: None)
    with _in_time():
        found = candidates(importer, ImportRequest(module=module * 1_000_000 + "a"), layout)
    assert sum(len(path) for each in found for path in (*each.paths, each.namespace)) < 500_000_000
