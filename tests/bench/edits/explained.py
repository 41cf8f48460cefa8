"""Refused commits that somebody looked at: repository → commit → what was found.

``real:`` means that the commit breaks what the finding says; ``ours:`` that the finding is a false alarm.
"""

from __future__ import annotations

from collections.abc import Mapping

EXPLAINED: Mapping[str, Mapping[str, str]] = {
    "flask": {
        "a64588f87a": "real: moves app.py, blueprints.py and scaffold.py and leaves every import of them as it was",
        "9f7c602a84": "real: uses importlib, which it does not import; flake8 refuses it too",
    },
    "werkzeug": {
        "967b2dabed": "real: utils.py is no Python after it (unexpected indent in line 802)",
    },
    "rich": {
        "f22f8e6031": "real: events.py loses EventBus, which driver.py imports, and imports .timer, which is not there",
        "6f972a059a": "real: segment.py imports IntEnm from enum, and IntEnum means nothing",
        "e8d031a368": "real: __all__ of filesize.py names traditional and binary, which it does not define",
        "c3fd8ffc16": "real: the quoted annotation RenderableType of _render_width.py is imported no more",
        "0ffdd2f261": "real: removes ColorSystem.NONE, which console.py uses",
        "0891b64380": "real: text.py imports ._tools, which comes with a later commit",
    },
    "pip": {
        "9b08c2b910": "real: unpack_file of unpacking.py uses content and log, which nothing defines",
        "17b1c76ff5": "real: removes the option always_unzip, which req_file.py still lists",
        "07563847b0": "real: the tests still give PipProvider a finder and import make_requirement, which are gone",
    },
    "hugo": {
        "42cc5f88b6": "ours: two calls passed the new argument already, and the variadic parameter took the surplus",
    },
    "hono": {
        "a50efe4fa9": "real: deno_dist/context.ts is full of the marks of a merge",
    },
    "trpc": {
        "3918faf3ac": "ours: assertType is a global of vitest; known since",
        "930b6faf16": "real: page.tsx imports ../TestMutation, which was not committed",
    },
    "vite": {
        "14608241cc": "real: imports configDefaults, which the commit before it had stopped exporting",
        "c23d85b965": "ours: imports.js is a symbolic link, and the bench leaves links out of commits",
    },
    "httpx": {
        "206c5372a6": "real: removes AsyncClient, which tools/httpxprof/httpxprof/scripts/async.py makes",
        "00e150f6a5": "real: under TYPE_CHECKING, models.py imports .middleware.base, which the commit deletes",
    },
    "cobra": {
        "4c22a20fd4": "real: removes initializeProject from init.go, which add_test.go calls",
        "07be8145cc": "real: cobra_test.go is no Go after it (gofmt: expected declaration)",
        "099c5aef9e": "real: deletes stringInSlice, which OnlyValidArgs calls; an intermediate commit does not compile",
        "18eefcde17": "real: its args_test.go calls emptyRun and executeCommand, which come to the branch later",
        "3dc7f13b65": "real: renames RootCmd to rootCmd in root.go, and init_test.go calls RootCmd",
    },
    "zod": {
        "448c3ee6f1": "real: imports files of src/helpers, which were not committed",
        "c8b057570c": "real: imports ./ZodError, which was not committed",
        "07a1515a3b": "real: commits the marks of a merge conflict in deno/lib",
        "028b289a48": "real: play.ts holds a line of plain text",
        "362297e103": "real: moves mocker.ts in the spelling of another operating system: the tests import ./Mocker",
        "267d046901": "real: deno/lib/bundle.js, a file made by a bundler, names a constant void, which is no syntax",
        "a7bd58a6d3": "real: play.ts holds an object literal of a lone string, which is no syntax",
        "9894ce3140": "real: deno/lib/types.ts was committed with conflict markers",
        "a2abcc973d": "real: the generated deno/lib imports ZodParsedType.ts, which was not committed",
        "aa0a74c7e7": "real: imports ./types/void, which comes with the next commit",
        "4897269451": "ours: `_zod` is taken for a member of the wrong interface, which lost it",
    },
    "gin": {
        "31323f694b": "real: context.go uses math, which it does not import",
        "aa9fad5ad8": "real: still uses AbortIndex, which nothing defines any more",
        "18b7c0892d": "real: imports gin without the dot, and writes HandlerFunc as before",
        "9ecb76ef6e": "real: routes_test.go is no Go after it (gofmt: expected declaration)",
        "a04d9e271c": "real: context.go uses MIMEMultipartPOSTForm, which no file defines after it",
        "e23842ecab": "ours: json-iterator/go is the package jsoniter, which its path does not say; accepted since",
        "b4963aa7de": "real: its tree_test.go calls getValue with one argument, tree.go asks for two",
        "e1d27558b3": "real: the test calls SetCookie with four and with six arguments, the function takes seven",
        "865ea804c9": "real: renames FormValue and its like in context.go, and context_test.go calls the old names",
        "b690611c38": "real: uses ErrorTypeExternal, which this commit removes; later commits of the branch mend it",
        "4a37b0808b": "real: deletes the type inputHolder, which context.go and gin.go use; mended by a later commit",
    },
    "vue-core": {
        "7c8b12620a": "real: apiCustomElement.ts uses the type ComponentObjectPropsOptions and does not import it",
        "ed9eb62e59": "ours: nodeOps has a declared type that makes the new parameters optional; accepted since",
        "305883a12f": "real: scripts/release.js, which is no TypeScript, has a type in its catch clause",
        "b40845153c": "ours: $ref moves into a `declare global`, which is read since; accepted",
        "d3d9355c5a": "ours: the types of Jest declare the name jasmine; accepted since",
        "509c192ff4": "real: renames the enum member LeftSqaure, and line 822 of the tokenizer still uses it",
        "f05d6dfd98": "real: work in progress; isCompatEnabled asks for an instance that its callers do not give yet",
    },
}
