"""Where Rust paths lead: crates, targets, packages beside each other."""

from __future__ import annotations

import pytest

from sightline.languages.import_rules import ImportRequest
from sightline.languages.rust_imports import RUST_IMPORTS, place_of
from sightline.languages.rust_layout import rust_layout

_FILES = {
    "Cargo.toml": """
        [workspace]
        members = ["crates/*"]
        [workspace.dependencies]
        core-bits = { path = "crates/core-bits" }
    """,
    "crates/app/Cargo.toml": """
        [package]
        name = "my-app"
        edition = "2021"
        autotests = false
        [[bin]]
        name = "app"
        path = "cmd/start.rs"
        [[test]]
        name = "all"
        path = "tests/all.rs"
        [dependencies]
        core-bits.workspace = true
        bits = { path = "../core-bits", package = "core-bits" }
        [target.'cfg(unix)'.dependencies]
        serde = "1"
    """,
    "crates/core-bits/Cargo.toml": '[package]\nname = "core-bits"\n[lib]\npath = "lib/entry.rs"\n',
    "crates/app/src/lib.rs": "",
    "crates/app/cmd/start.rs": "",
    "crates/app/cmd/inner.rs": "",
    "crates/app/tests/all.rs": "",
    "crates/app/tests/help.rs": "",
    "crates/app/examples/one.rs": "",
    "crates/core-bits/lib/entry.rs": "",
    "crates/core-bits/lib/deep/mod.rs": "",
    "crates/core-bits/lib/deep/down.rs": "",
}
_LAYOUT = rust_layout(_FILES, _FILES.get)


def _first(importer: str, module: str) -> str | None:
    (found,) = RUST_IMPORTS.candidates(importer, ImportRequest(module=module), _LAYOUT)
    return next((path for path in found.paths if path in _FILES), None)


@pytest.mark.parametrize(
    ("importer", "module", "target"),
    [
        ("crates/app/cmd/start.rs", "mod inner", "crates/app/cmd/inner.rs"),
        ("crates/app/cmd/start.rs", "mod gone", None),
        ("crates/app/cmd/inner.rs", "crate::Thing", "crates/app/cmd/start.rs"),
        ("crates/app/cmd/inner.rs", "super::inner::Thing", "crates/app/cmd/inner.rs"),
        ("crates/app/cmd/inner.rs", "super::super::x", None),
        ("crates/app/cmd/start.rs", "my_app::Thing", "crates/app/src/lib.rs"),
        ("crates/app/tests/help.rs", "crate::x", "crates/app/tests/all.rs"),
        ("crates/app/examples/one.rs", "crate::x", "crates/app/examples/one.rs"),
        ("crates/app/src/lib.rs", "core_bits::deep::down::Thing", "crates/core-bits/lib/deep/down.rs"),
        ("crates/app/src/lib.rs", "bits::deep::Thing", "crates/core-bits/lib/deep/mod.rs"),
        ("crates/app/src/lib.rs", "core_bits::Thing", "crates/core-bits/lib/entry.rs"),
        ("crates/app/src/lib.rs", "serde::Serialize", None),
        ("crates/core-bits/lib/deep/mod.rs", "self::down::x", "crates/core-bits/lib/deep/down.rs"),
        ("crates/core-bits/lib/deep/mod.rs", 'mod "../entry.rs"', "crates/core-bits/lib/entry.rs"),
        ("crates/core-bits/lib/deep/down.rs", "super::Thing", "crates/core-bits/lib/deep/mod.rs"),
    ],
)
def test_paths_lead_to_the_longest_beginning_that_is_a_file(importer: str, module: str, target: str | None) -> None:
    assert _first(importer, module) == target


def test_a_file_outside_of_packages_belongs_to_the_nearest_crate_root() -> None:
    layout = rust_layout(("lib.rs", "a/b.rs"), lambda path: None)
    assert place_of("a/b.rs", layout) == ("", ("lib.rs",), ("a", "b"))


@pytest.mark.parametrize(("module", "own"), [("std::fmt", True), ("core", True), ("serde", False)])
def test_the_language_has_libraries_of_its_own(module: str, own: bool) -> None:
    assert RUST_IMPORTS.is_builtin(module) is own
