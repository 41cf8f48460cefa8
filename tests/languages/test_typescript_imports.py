"""Where TypeScript and JavaScript specifiers lead, on small projects."""

from __future__ import annotations

import json

import pytest

from sightline.languages.resolver import ImportRequest, build_layout, candidates

Files = dict[str, str]


def _leads(files: Files, importer: str, specifier: str) -> str | None:
    layout = build_layout(files, files.get)
    found = candidates(importer, ImportRequest(module=specifier), layout)
    assert len(found) <= 1
    return next((path for candidate in found for path in candidate.paths if path in files), None)


def _project(*paths: str, **configuration: object) -> Files:
    """Empty files, and JSON files named by keyword (``package`` is ``package.json``)."""
    return dict.fromkeys(paths, "") | {f"{name}.json": json.dumps(value) for name, value in configuration.items()}


@pytest.mark.parametrize(
    ("specifier", "leads"),
    [
        ("./b", "src/b.ts"),
        ("./view", "src/view.tsx"),
        ("./types", "src/types.d.ts"),
        ("./b.js", "src/b.ts"),
        ("./view.jsx", "src/view.tsx"),
        ("./esm.mjs", "src/esm.mts"),
        ("./plain.js", "src/plain.js"),
        ("./b.ts", "src/b.ts"),
        ("./user.service", "src/user.service.ts"),
        ("./folder", "src/folder/index.ts"),
        ("./folder/", "src/folder/index.ts"),
        ("./folder/index.js", "src/folder/index.ts"),
        (".", "src/index.ts"),
        ("..", "index.js"),
        ("../top", "top.ts"),
        ("./b?raw", "src/b.ts"),
        ("/src/b", "src/b.ts"),
        ("../../outside", None),
        ("./missing", None),
        ("./data.json", None),
        ("./style.css", None),
        ("./theme.css", "src/theme.css.ts"),
        ("./routes/$id", "src/routes/$id.tsx"),
        ("react", None),
        ("node:fs", None),
        ("", None),
    ],
)
def test_relative_specifiers(specifier: str, leads: str | None) -> None:
    files = _project(
        "src/a.ts", "src/b.ts", "src/view.tsx", "src/types.d.ts", "src/esm.mts", "src/plain.js", "src/user.service.ts",
        "src/folder/index.ts", "src/index.ts", "index.js", "top.ts", "src/data.json", "src/style.css",
        "src/theme.css.ts", "src/routes/$id.tsx",
    )  # fmt: skip
    assert _leads(files, "src/a.ts", specifier) == leads


def test_a_file_wins_over_a_folder_and_source_over_output() -> None:
    files = _project("a.ts", "x.ts", "x.js", "x/index.ts", "y.d.ts", "y.js")
    assert _leads(files, "a.ts", "./x") == "x.ts"
    assert _leads(files, "a.ts", "./y") == "y.d.ts"


PATHS = {
    "compilerOptions": {
        "baseUrl": "./src",
        "paths": {"@app/*": ["app/*"], "@app/special/*": ["other/*"], "exact": ["lib/exact.ts"], "*.gen": ["gen/*"]},
    }
}


@pytest.mark.parametrize(
    ("specifier", "leads"),
    [
        ("@app/one", "src/app/one.ts"),
        ("@app/special/two", "src/other/two.ts"),  # the longest pattern wins
        ("exact", "src/lib/exact.ts"),
        ("models.gen", "src/gen/models.ts"),
        ("app/one", "src/app/one.ts"),  # baseUrl
        ("@app/missing", None),
        ("unknown", None),
    ],
)
def test_paths_and_base_url(specifier: str, leads: str | None) -> None:
    files = _project("src/app/one.ts", "src/other/two.ts", "src/lib/exact.ts", "src/gen/models.ts", tsconfig=PATHS)
    assert _leads(files, "test/a.ts", specifier) == leads


def test_the_nearest_configuration_holds() -> None:
    files = _project("web/src/a.ts", "web/src/lib/x.ts", "api/a.ts", tsconfig=PATHS)
    files["web/tsconfig.json"] = '{"compilerOptions": {"paths": {"~/*": ["./src/lib/*"]}}}'
    assert _leads(files, "web/src/a.ts", "~/x") == "web/src/lib/x.ts"
    assert _leads(files, "api/a.ts", "~/x") is None


def test_configurations_extend_one_another() -> None:
    files = _project("packages/a/src/main.ts", "packages/shared/x.ts")
    files["config/tsconfig.base.json"] = '{"compilerOptions": {"paths": {"@shared/*": ["../packages/shared/*"]}}}'
    files["packages/a/tsconfig.json"] = '{ /* inherits */ "extends": "../../config/tsconfig.base", }'
    assert _leads(files, "packages/a/src/main.ts", "@shared/x") == "packages/shared/x.ts"


def test_a_configuration_that_extends_itself_ends() -> None:
    files = _project("a.ts", "b.ts", tsconfig={"extends": "./tsconfig.json"})
    assert _leads(files, "a.ts", "./b") == "b.ts"


def test_a_solution_takes_the_paths_of_what_it_refers_to() -> None:
    files = _project("src/a.ts", "src/b.ts", tsconfig={"files": [], "references": [{"path": "./tsconfig.app.json"}]})
    files["tsconfig.app.json"] = '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}'
    assert _leads(files, "src/a.ts", "@/b") == "src/b.ts"


def test_jsconfig_counts_without_tsconfig() -> None:
    files = _project("lib/x.js", "a.js", jsconfig={"compilerOptions": {"baseUrl": "lib"}})
    assert _leads(files, "a.js", "x") == "lib/x.js"


def _workspace(**fields: object) -> Files:
    files = _project("packages/core/src/index.ts", "packages/core/src/util/text.ts", "packages/app/src/main.ts")
    files["packages/core/package.json"] = json.dumps({"name": "@acme/core", **fields})
    app = {"name": "app", "imports": {"#inner/*": "./src/*.js"}, "dependencies": {"@acme/core": "workspace:*"}}
    files["packages/app/package.json"] = json.dumps(app)
    return files


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"main": "dist/index.js"},
        {"types": "./dist/index.d.ts", "main": "./lib/index.js"},
        {"exports": "./dist/index.js"},
        {"exports": {".": {"types": "./dist/index.d.ts", "import": "./dist/esm/index.mjs"}}},
        {"exports": {"import": ["./dist/index.js"], "default": "./dist/index.cjs"}},
        {"source": "src/index.ts"},
    ],
)
def test_workspace_packages_lead_to_their_source(fields: dict[str, object]) -> None:
    assert _leads(_workspace(**fields), "packages/app/src/main.ts", "@acme/core") == "packages/core/src/index.ts"


@pytest.mark.parametrize(
    ("fields", "leads"),
    [
        ({"exports": {".": {"browser": "./b.js", "default": "./a.js"}}}, "a.js"),
        ({"exports": {"workerd": {"import": "./b.js"}, "import": "./a.js"}}, "a.js"),
        ({"exports": {"@acme/source": "./b.js", "default": "./a.js"}}, "b.js"),  # the project's own condition
        ({"exports": {"browser": "./b.js"}}, "b.js"),  # there is no other
        ({"module": "./b.js", "main": "./a.js"}, "a.js"),
        ({"module": "./b.js"}, "b.js"),
    ],
)
def test_what_is_for_other_runtimes_and_bundlers_alone_comes_last(fields: dict[str, object], leads: str) -> None:
    files = _workspace(**fields) | {"packages/core/a.js": "", "packages/core/b.js": ""}
    assert _leads(files, "packages/app/src/main.ts", "@acme/core") == f"packages/core/{leads}"


@pytest.mark.parametrize(
    ("fields", "leads"),
    [
        ({}, "packages/core/src/util/text.ts"),
        ({"exports": {"./util/*": "./dist/util/*.js"}}, "packages/core/src/util/text.ts"),
        ({"exports": {".": "./dist/index.js"}}, None),  # not exported
    ],
)
def test_parts_of_workspace_packages(fields: dict[str, object], leads: str | None) -> None:
    assert _leads(_workspace(**fields), "packages/app/src/main.ts", "@acme/core/util/text") == leads


def test_a_mapped_specifier_may_climb() -> None:
    files = _project("a.ts", "src/app/one.ts", "src/routes/x.ts", tsconfig=PATHS)
    assert _leads(files, "a.ts", "@app/../routes/x.js") == "src/routes/x.ts"


@pytest.mark.parametrize(
    ("root", "importer", "leads"),
    [
        ({}, {}, None),  # nothing installs it there
        ({}, {"name": "app"}, None),
        ({}, {"name": "app", "devDependencies": {"@acme/core": "workspace:*"}}, "core/src/index.ts"),
        ({}, {"name": "app", "peerDependencies": {"@acme/core": "*"}}, "core/src/index.ts"),
        ({"dependencies": {"@acme/core": "*"}}, {"name": "app"}, "core/src/index.ts"),
        ({"workspaces": ["app", "core"]}, {"name": "app"}, "core/src/index.ts"),  # npm and yarn install all at the top
        ({"workspaces": {"packages": ["*"]}}, {"name": "app"}, "core/src/index.ts"),
        ({}, {"name": "app", "dependencies": {"@acme/core": "file:../other"}}, "other/src/index.ts"),
        ({}, {"name": "app", "dependencies": {"@acme/core": "link:../gone"}}, None),
    ],
)
def test_a_package_is_seen_where_it_is_declared(
    root: dict[str, object], importer: dict[str, object], leads: str | None
) -> None:
    files = _project("app/src/main.ts", "core/src/index.ts", "other/src/index.ts", package={"name": "root", **root})
    files["core/package.json"] = '{"name": "@acme/core"}'
    files["other/package.json"] = '{"name": "@acme/other"}'
    files["app/package.json"] = json.dumps(importer)
    assert _leads(files, "app/src/main.ts", "@acme/core") == leads


def test_a_package_sees_itself_and_what_lies_beside_no_package_sees_all() -> None:
    files = _project("core/src/index.ts", "core/test/a.ts", "scripts/b.ts")
    files |= {"core/package.json": '{"name": "core"}', "core/test/package.json": '{"type": "commonjs"}'}
    assert _leads(files, "core/test/a.ts", "core") == "core/src/index.ts"
    assert _leads(files, "scripts/b.ts", "core") == "core/src/index.ts"


def test_the_package_around_another_is_not_seen_by_it() -> None:
    files = _project("src/index.ts", "inner/a.ts", "test/b.ts", package={"name": "outer"})
    files["inner/package.json"] = '{"name": "inner"}'
    assert _leads(files, "inner/a.ts", "outer") is None
    assert _leads(files, "test/b.ts", "outer") == "src/index.ts"


def test_a_project_above_says_where_the_source_of_a_package_lies() -> None:
    files = _workspace(exports={".": {"node": "./index.mjs", "default": "./dist/core.js"}})
    files |= {"packages/core/index.mjs": "", "packages/app/tsconfig.json": "{}"}
    assert _leads(files, "packages/app/src/main.ts", "@acme/core") == "packages/core/index.mjs"
    files["tsconfig.json"] = (
        '{"compilerOptions": {"paths": {"@acme/*": ["packages/*/src"], "other": ["packages/core/src"]}}}'
    )
    assert _leads(files, "packages/app/src/main.ts", "@acme/core") == "packages/core/src/index.ts"
    assert _leads(files, "packages/app/src/main.ts", "other") is None  # no package of the workspace


def test_imports_of_the_package_itself() -> None:
    assert _leads(_workspace(), "packages/app/src/main.ts", "#inner/main") == "packages/app/src/main.ts"
    assert _leads(_workspace(), "packages/core/src/index.ts", "#inner/main") is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"compilerOptions": 3}', '{"extends": [1, {}], "references": [3]}', "null"]
)
def test_broken_configuration_is_passed_over(text: str) -> None:
    files = _project("a.ts", "b.ts") | {"tsconfig.json": text, "package.json": text}
    assert _leads(files, "a.ts", "./b") == "b.ts"
    assert _leads(files, "a.ts", "b") is None


@pytest.mark.parametrize(
    ("specifier", "leads"),
    [
        ("./Card.vue", "src/Card.vue"),
        ("./Card", "src/Card.vue"),
        ("./Box.svelte", "src/Box.svelte"),
        ("./Box", None),
        ("./Both", "src/Both.ts"),
        ("./view", "src/view/index.vue"),
        ("./count.svelte", "src/count.svelte.ts"),
        ("./count.svelte.js", "src/count.svelte.ts"),
        ("./Card.vue?raw", "src/Card.vue"),
        ("@/Card.vue", None),
        ("$lib/Box.svelte", None),
    ],
)
def test_components(specifier: str, leads: str | None) -> None:
    names = ("Card.vue", "Box.svelte", "Both.ts", "Both.vue", "view/index.vue", "count.svelte.ts")
    files = _project(*(f"src/{name}" for name in names), "src/lib/Box.svelte")
    assert _leads(files, "src/main.ts", specifier) == leads


@pytest.mark.parametrize(
    ("configuration", "specifier", "leads"),
    [
        ("app/svelte.config.js", "$lib/Box.svelte", "app/src/lib/Box.svelte"),
        ("app/svelte.config.js", "$lib", "app/src/lib/index.ts"),
        ("app/svelte.config.js", "@/lib/Box.svelte", None),
        ("svelte.config.js", "$lib/Box.svelte", None),
        ("app/vue.config.js", "@/lib/Box.svelte", "app/src/lib/Box.svelte"),
        ("app/nuxt.config.ts", "~/src/lib/Box.svelte", "app/src/lib/Box.svelte"),
        ("app/vite.config.ts", "@/lib/Box.svelte", None),
    ],
)
def test_what_a_framework_defines_of_itself(configuration: str, specifier: str, leads: str | None) -> None:
    files = _project(configuration, "app/src/lib/Box.svelte", "app/src/lib/index.ts", "app/src/routes/page.ts")
    assert _leads(files, "app/src/routes/page.ts", specifier) == leads


def test_path_configuration_holds_beside_what_a_framework_defines() -> None:
    files = _project(
        "svelte.config.js",
        "src/lib/a.ts",
        "src/ui/b.ts",
        tsconfig={"compilerOptions": {"paths": {"$ui/*": ["src/ui/*"]}}},
    )
    assert _leads(files, "src/main.ts", "$ui/b") == "src/ui/b.ts"
    assert _leads(files, "src/main.ts", "$lib/a") == "src/lib/a.ts"
