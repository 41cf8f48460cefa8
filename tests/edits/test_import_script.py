"""Where an import is added to a TypeScript or JavaScript file, and how it looks there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base.text import Text
from sightline.edits.import_script import insert_script_import
from sightline.edits.import_statement import WantedImport
from sightline.graph.facts import FileFacts
from sightline.graph.parse import parse
from sightline.languages.registry import LANGUAGES

TYPESCRIPT = next(language for language in LANGUAGES if language.name == "typescript")


def facts(source: str) -> FileFacts:
    """What the file says."""
    return parse(source.encode(), TYPESCRIPT)


def added(source: str, wanted: WantedImport) -> str:
    """The file with the import."""
    text = Text.of(source)
    return str(text.apply(insert_script_import(text, facts(source).imports, wanted)))


def want(module: str, name: str, **given: object) -> WantedImport:
    """A wanted import; the bound name is the imported one unless given."""
    fields = {"bound": name, **given}
    return WantedImport(module=module, name=name, **fields)  # type: ignore[arg-type]  fields of that type


TYPES = {"type_only": True}
CASES = {
    "into a sorted list": ('import { A, C } from "./x";\n', want("./x", "B"), 'import { A, B, C } from "./x";\n'),
    "at the end of an unsorted one": ("import {C, A} from './x'\n", want("./x", "B"), "import {C, A, B} from './x'\n"),
    "behind an alias": (
        'import { A as Z } from "./x"\n',
        want("./x", "B", bound="Y"),
        'import { A as Z, B as Y } from "./x"\n',
    ),
    "a line of its own": (
        'import {\n    A,\n    C, // why\n} from "./x"\n',
        want("./x", "D"),
        'import {\n    A,\n    C, // why\n    D,\n} from "./x"\n',
    ),
    "a line of its own between others": (
        'import {\n  A,\n  C\n} from "./x"\n',
        want("./x", "B"),
        'import {\n  A,\n  B,\n  C\n} from "./x"\n',
    ),
    "at the end without a last comma": (
        'import {\n  A,\n  C\n} from "./x"\n',
        want("./x", "D"),
        'import {\n  A,\n  C,\n  D\n} from "./x"\n',
    ),
    "wrapped when it gets too long": (
        'import { firstOfTheNames, secondOfTheNames, thirdOfTheNames } from "./module"\n\nf(\n    1)\n',
        want("./module", "zero"),
        (
            "import {\n    firstOfTheNames,\n    secondOfTheNames,\n    thirdOfTheNames,\n    zero,\n}"
            ' from "./module"\n\nf(\n    1)\n'
        ),
    ),
    "beside a default import": ('import D from "./x";\n', want("./x", "A"), 'import D, { A } from "./x";\n'),
    "a default beside names": (
        'import { A } from "./x";\n',
        want("./x", "default", bound="D"),
        'import D, { A } from "./x";\n',
    ),
    "not into a namespace import": (
        'import * as x from "./x";\n',
        want("./x", "A"),
        'import * as x from "./x";\nimport { A } from "./x";\n',
    ),
    "not into an import for its effects": (
        'import "./x"\n',
        want("./x", "A"),
        'import "./x"\nimport { A } from "./x"\n',
    ),
    "not into an export": (
        'export { B } from "./x"\nimport { Q } from "./q"\n',
        want("./x", "A"),
        'export { B } from "./x"\nimport { Q } from "./q"\nimport { A } from "./x"\n',
    ),
    "a value not into an import of types": (
        'import type { T } from "./x"\n',
        want("./x", "A"),
        'import type { T } from "./x"\nimport { A } from "./x"\n',
    ),
    "a type into an import of types": (
        'import { A } from "./x"\nimport type { T } from "./x"\n',
        want("./x", "U", **TYPES),
        'import { A } from "./x"\nimport type { T, U } from "./x"\n',
    ),
    "a type apart, as the file does": (
        "import type { T } from './t';\n",
        want("./x", "U", **TYPES),
        "import type { T } from './t';\nimport type { U } from './x';\n",
    ),
    "a type marked, as the file does": (
        'import { A, type T } from "./x";\n',
        want("./x", "U", **TYPES),
        'import { A, type T, type U } from "./x";\n',
    ),
    "a type like a value, where nothing tells": (
        'import { A } from "./a";\n',
        want("./x", "U", **TYPES),
        'import { A } from "./a";\nimport { U } from "./x";\n',
    ),
    "its sorted place": (
        'import { A } from "./a"\nimport { C } from "./c"\nimport { D } from "./d"\n',
        want("./b", "B"),
        'import { A } from "./a"\nimport { B } from "./b"\nimport { C } from "./c"\nimport { D } from "./d"\n',
    ),
    "a default": (
        "import A from './a'\n",
        want("./b", "default", bound="B"),
        "import A from './a'\nimport B from './b'\n",
    ),
    "a namespace": (
        'import A from "./a"\n',
        want("./b", "", bound="b"),
        'import A from "./a"\nimport * as b from "./b"\n',
    ),
    "CommonJS": (
        "'use strict';\nconst a = require('./a');\n\na();\n",
        want("./b", "f", bound="g"),
        "'use strict';\nconst a = require('./a');\nconst { f: g } = require('./b');\n\na();\n",
    ),
    "below licence and directive": (
        '/* Licence */\n\n"use client";\n\nconst a = 1;\n',
        want("./b", "f"),
        '/* Licence */\n\n"use client";\n\nimport { f } from "./b";\n\nconst a = 1;\n',
    ),
    "not between a comment and its code": (
        "/** What it does. */\nexport function f() {\n    g()\n}\n",
        want("./g", "g"),
        'import { g } from "./g"\n\n/** What it does. */\nexport function f() {\n    g()\n}\n',
    ),
    "in the style of the file beside": (
        "export const a = b\n",
        want("./b", "b", example="import { c } from './c';"),
        "import { b } from './b';\n\nexport const a = b\n",
    ),
    "into an empty file": ("", want("./b", "f"), 'import { f } from "./b";\n'),
    "with the line ends of the file": (
        'import A from "./a"\r\n\r\nA()\r\n',
        want("./b", "B"),
        'import A from "./a"\r\nimport { B } from "./b"\r\n\r\nA()\r\n',
    ),
    "not twice": ('import { A } from "./x"\n', want("./x", "A"), 'import { A } from "./x"\n'),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_an_import_is_added(case: tuple[str, WantedImport, str]) -> None:
    source, wanted, expected = case
    assert added(source, wanted) == expected


NAMES = st.sampled_from(["A", "b", "C as D", "type E", "f as g", "_h", "$i"])
SPECIFIERS = st.sampled_from(["./x", "../y", "@/z"])
CLAUSES = st.one_of(
    st.lists(NAMES, min_size=1, max_size=4, unique=True).map(lambda names: f"{{ {', '.join(names)} }}"),
    st.lists(NAMES, min_size=1, max_size=4, unique=True).map(
        lambda names: "{\n" + "".join(f"  {name}, // é\n" for name in names) + "}"
    ),
    st.sampled_from(["Def", "Def, { A }", "* as all", "Def, * as all", "{}", "type { T }", "type T"]),
)
CLAUSE_STATEMENTS = st.tuples(CLAUSES, SPECIFIERS, st.sampled_from(["", ";"]))
STATEMENTS = st.one_of(
    CLAUSE_STATEMENTS.map(lambda parts: f'import {parts[0]} from "{parts[1]}"{parts[2]}'),
    st.sampled_from(['import "./x"', "export * from './x'", 'export { A } from "./x";', 'const q = require("./x")']),
)


@given(
    head=st.sampled_from(["", "#!/usr/bin/env node\n", "// é\n", "/* a\n b */\n\n", '"use strict";\n', "\n\n"]),
    statements=st.lists(STATEMENTS, max_size=5),
    newline=st.sampled_from(["\n", "\r\n"]),
    end=st.sampled_from(["", "\n", "\n\nexport function f() {\n\treturn 1;\n}\n"]),
    wanted=st.builds(
        WantedImport,
        module=SPECIFIERS,
        name=st.sampled_from(["Wanted", "", "default"]),
        bound=st.just("wanted"),
        type_only=st.booleans(),
    ),
)
def test_any_file_still_parses_and_binds_the_name(
    head: str, statements: list[str], newline: str, end: str, wanted: WantedImport
) -> None:
    source = (head + "\n".join(statements) + end).replace("\n", newline)
    before = facts(source)
    after_text = added(source, wanted)
    after = facts(after_text)
    assert len(after.problems) <= len(before.problems), after_text
    bound = {(row.module, name.alias) for row in after.imports for name in row.names}
    assert (wanted.module, "wanted") in bound
    kept = {(row.module, name.name, name.alias) for row in before.imports for name in row.names if name.alias}
    assert kept <= {(row.module, name.name, name.alias) for row in after.imports for name in row.names}
    assert added(after_text, wanted) == after_text
