"""Where Rust paths lead through modules that pass names on: by ``pub use``, by globs, from within macros."""

from __future__ import annotations

from support.graphs import graph_of, path, uses

_MANIFEST = '[package]\nname = "demo"\nedition = "2021"\n'


def _targets(files: dict[str, str], importer: str) -> list[str]:
    graph = graph_of({"Cargo.toml": _MANIFEST} | files)
    return sorted({edge.target.relative for edge in graph.dependencies(path(importer))})


def test_modules_and_uses_among_the_tokens_of_a_macro_belong_to_the_module_around() -> None:
    files = {
        "src/lib.rs": """
            cfg_unix! {
                mod inner;
                /* use gone::{; */
                pub(crate) use inner::{deep::{self, Thing}, run as go, r#type};
                use crate::other::*; // and no more
                pub fn f() { go(); }
            }
            mod other;
        """,
        "src/inner.rs": "pub mod deep;\npub fn run() {}\npub fn r#type() {}\n",
        "src/inner/deep.rs": "pub struct Thing;\n",
        "src/other.rs": "use crate::{go, Thing};\nfn g() { go(); }\n",
    }
    assert _targets(files, "src/lib.rs") == ["src/inner.rs", "src/inner/deep.rs", "src/other.rs"]
    graph = graph_of({"Cargo.toml": _MANIFEST} | files)
    assert uses(graph, "src/inner.rs::run") == [
        "src/lib.rs:4:49 reexport exact",
        "src/lib.rs:6:18 read exact",
        "src/other.rs:1:13 import exact",
        "src/other.rs:2:10 call exact",
    ]


def test_a_path_goes_through_globs_of_modules_in_files_and_in_braces() -> None:
    files = {
        "src/lib.rs": "pub mod face;\nmod user;\npub mod back;\n",
        "src/face.rs": "pub use crate::back::*;\n",
        "src/back.rs": "pub mod sync { pub use crate::back::far::*; }\npub mod far;\n",
        "src/back/far.rs": "pub mod near;\n",
        "src/back/far/near.rs": "pub fn f() {}\n",
        "src/user.rs": "use crate::face::sync::near::f;\n",
    }
    assert _targets(files, "src/user.rs") == ["src/back.rs", "src/back/far/near.rs", "src/face.rs"]


def test_what_a_module_defines_or_imports_by_name_hides_what_globs_bring() -> None:
    files = {
        "src/lib.rs": "pub mod one;\npub mod two;\nmod user;\n",
        "src/one.rs": "pub use crate::two::*;\npub struct inner;\n",
        "src/two.rs": "pub mod inner { pub fn f() {} }\n",
        "src/user.rs": "use crate::one::inner::f;\n",
    }
    assert _targets(files, "src/user.rs") == ["src/one.rs"]


def test_globs_that_lead_in_circles_end() -> None:
    files = {f"src/m{n}.rs": "".join(f"pub use crate::m{other}::*;\n" for other in range(8)) for n in range(8)}
    files["src/lib.rs"] = "".join(f"pub mod m{n};\n" for n in range(8)) + "pub mod user;\n"
    files["src/user.rs"] = "use crate::m0::gone::f;\nuse crate::m0::m1::f;\n"
    assert _targets(files, "src/user.rs") == ["src/m0.rs"]


def test_a_name_that_only_a_glob_brings_begins_a_path() -> None:
    files = {
        "src/lib.rs": "mod user;\npub mod tools;\nmod fs;\n",
        "src/tools.rs": "pub mod fs;\n",
        "src/tools/fs.rs": "pub fn read() {}\n",
        "src/fs.rs": "pub fn read() {}\n",
        "src/user.rs": "use super::tools::*;\nfn f() { fs::read(); }\n",
    }
    assert _targets(files, "src/user.rs") == ["src/tools.rs", "src/tools/fs.rs"]


def test_a_bare_path_begins_at_the_root_of_the_crate_in_the_first_edition_alone() -> None:
    files = {"src/lib.rs": "mod a;\nmod str;\n", "src/str.rs": "\n", "src/a.rs": "fn f() { str::from_utf8(x); }\n"}
    assert _targets(files, "src/a.rs") == []
    assert _targets(files | {"Cargo.toml": '[package]\nname = "demo"\n'}, "src/a.rs") == ["src/str.rs"]
    said_above = (
        '[workspace]\n[workspace.package]\nedition = "2024"\n[package]\nname = "demo"\nedition.workspace = true\n'
    )
    assert _targets(files | {"Cargo.toml": said_above}, "src/a.rs") == []
