"""The import skim finds what parsing finds, in each language that has one, and nothing in strings and comments."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.languages.registry import LANGUAGES, language_named
from sightline.languages.skim import ImportSkim, SkimmedImport, skimmed

_CASES = {
    "python": (
        (
            b'"""Use\n    from example import nothing\n"""\n'
            b"import os, a.b as c  # d\n"
            b"from . import x\n"
            b"if True:\n    from ..pkg.mod import (\n        one,  # two, (three)\n        four as five,\n    )\n"
            b"from a import b \\\n    , c\n"
            b"from m import *\n"
            b"x = 'import y'\n"
        ),
        [
            ("os", ("",), 0, 3),
            ("a.b", ("",), 0, 3),
            ("", ("x",), 1, 4),
            ("pkg.mod", ("one", "four"), 2, 6),
            ("a", ("b", "c"), 0, 10),
            ("m", ("*",), 0, 12),
        ],
    ),
    "typescript": (
        (
            b"// import a from './no'\n/* import './no' */\nimport './side'\nimport type { A,\n  B } from \"./types\"\n"
            b"export * from './all'\nexport { c as d } from './some'\n"
            b"const e = require('./old'), f = await import('./late')\n"
            b"const g = 'src/**/*.ts', h = 'import x from \"./no\"'\nexport const i = from('./no')\n"
            b"import j = require('./j')\n"
        ),
        [
            ("./side", (), 0, 2),
            ("./types", (), 0, 3),
            ("./all", (), 0, 5),
            ("./some", (), 0, 6),
            ("./old", (), 0, 7),
            ("./late", (), 0, 7),
            ("./j", (), 0, 10),
        ],
    ),
    "php": (
        (
            b"<?php\n/*\nuse No\\No;\n*/\nnamespace a;\n\nuse B\\C;\nuse function \\D\\e as f;\nuse F;\n"
            b"require_once __DIR__ . '/g/h.php';\n$x = require(__DIR__.\"/i.php\");\n// require __DIR__ . '/no.php';\n"
            b"class J {\n    use K;\n}\n"
        ),
        [
            ("B\\C", (), 0, 6),
            ("D\\e", (), 0, 7),
            ("F", (), 0, 8),
            ("g/h.php", (), 1, 9),
            ("i.php", (), 1, 10),
        ],
    ),
    "bash": (
        (
            b'#!/bin/bash\n# source no.sh\nsource a.sh\n. "./b c"\n  load d/e\nsource "$ROOT/${LIB}/f/g.bash"\n'
            b'echo source no.sh\nsource "$(dirname "$0")/h.sh"\nsource "$1"\n'
        ),
        [
            ("a.sh", (), 1, 2),
            ("./b", (), 1, 3),
            ("d/e", (), 1, 4),
            ("f/g.bash", (), 1, 5),
            ("h.sh", (), 1, 7),
        ],
    ),
    "go": (
        (
            b'package p\n\nimport "fmt"\nimport (\n\t"a/b"\n\tc "d/e"\n\t// "no"\n\t. "f"\n)\n\n'
            b'var s = `\nimport "no"\n`\n'
        ),
        [("fmt", (), 0, 2), ("a/b", (), 0, 4), ("d/e", (), 0, 5), ("f", (), 0, 7)],
    ),
    "rust": (
        (
            b"mod a;\npub(crate) mod b;\nuse crate::c::{d, e::{self, F as G}, *};\n"
            b"// use no::no;\npub use std::fs;\nmod t { }\n"
        ),
        [
            ("mod a", (), 0, 0),
            ("mod b", (), 0, 1),
            ("crate::c", ("d",), 0, 2),
            ("crate::c", ("e",), 0, 2),
            ("crate::c::e", ("F",), 0, 2),
            ("crate::c", ("*",), 0, 2),
            ("std", ("fs",), 0, 4),
        ],
    ),
    "c": (
        b'#include <stdio.h>\n  #  include "a/b.h"\n// #include "no.h"\nint x; /* #include */\n#include NAME\n',
        [("stdio.h", (), 0, 0), ("a/b.h", (), 1, 1)],
    ),
    "ruby": (
        b"require 'json'\nrequire_relative(\"a/b\")\n# require 'no'\nload 'c.rb'\nrequire \"#{x}\"\n",
        [("json", (), 0, 0), ("a/b", (), 1, 1), ("c.rb", (), 0, 3)],
    ),
}


@pytest.mark.parametrize("language", _CASES)
def test_imports_are_found(language: str) -> None:
    text, expected = _CASES[language]
    skim = language_named(language).skim
    assert skim is not None
    assert [(each.module, each.names, each.level, each.line) for each in skimmed(text, skim)] == expected


def test_what_passes_names_on_and_what_is_computed_is_marked() -> None:
    skim = language_named("typescript").skim
    assert skim is not None
    passed_on, loaded = skimmed(b"export * from './a'\nimport('./b')\n", skim)
    assert passed_on == SkimmedImport("./a", (), 0, 0, reexport=True, dynamic=False)
    assert loaded == SkimmedImport("./b", (), 0, 1, reexport=False, dynamic=True)


@given(
    language=st.sampled_from([each for each in LANGUAGES if each.skim is not None]),
    pieces=st.lists(
        st.sampled_from([b"import ", b"from ", b"use ", b"a", b"::", b"{", b"}", b"(", b")", b'"', b"'", b'"""', b"\\"])
        | st.binary(max_size=3)
        | st.just(b"\n"),
        max_size=60,
    ),
)
def test_no_text_is_too_odd(language: object, pieces: list[bytes]) -> None:
    data = b"".join(pieces)
    skim = getattr(language, "skim", None)
    assert skim is not None
    lines = [each.line for each in skimmed(data, skim)]
    assert all(0 <= line <= data.count(b"\n") for line in lines)


@given(
    st.sampled_from(
        [each.skim for each in LANGUAGES if each.skim is not None and (each.skim.words or each.skim.keyword)]
    ),
    st.lists(
        st.sampled_from(
            [b"\n", b'"""', b"'''", b"'", b'"', b"\\", b" ", b"#", b"//", b"/*", b"*/", b"(", b")", b",", b";"]
        )
        | st.sampled_from(
            [b"import", b"\nimport a", b"from a import b", b"\n  from .a import (", b"require('a')", b"export"]
        )
        | st.sampled_from([b"\n#include <a.h>", b" include ", b" from './a'", b'\nimport "a"', b"`", b"{", b"a"]),
        max_size=30,
    ),
)
def test_looking_for_words_first_changes_nothing(skim: ImportSkim, pieces: list[bytes]) -> None:
    either = skim.statement.pattern if skim.passed is None else skim.passed.pattern + b"|" + skim.statement.pattern
    slow = replace(skim, statement=re.compile(either, skim.statement.flags), words=(), keyword=b"", passed=None)
    data = b"".join(pieces)
    assert list(skimmed(data, skim)) == list(skimmed(data, slow))


@pytest.mark.parametrize("language", [each.name for each in LANGUAGES if each.skim is not None])
@pytest.mark.parametrize(
    "unit",
    [
        b"import ",
        b"from a import (",
        b'"""',
        b"use a::{",
        b"export ",
        b"/*",
        b"import {a,\n",
        b"use a\\",
        b"require(__DIR__",
        b"source $a$",
        b"source ${",
    ],
)
def test_the_same_over_and_over_takes_no_quadratic_time(language: str, unit: bytes) -> None:
    skim = language_named(language).skim
    assert skim is not None
    assert len(list(skimmed(unit * 20_000, skim))) <= 20_000
