"""Uses of Rust symbols, each case a small workspace with every expected use spelled out."""

from __future__ import annotations

from support.graphs import graph_of, path, uses


def test_paths_uses_and_renames_are_exact() -> None:
    graph = graph_of(
        {
            "Cargo.toml": '[package]\nname = "demo"\nedition = "2021"\n',
            "src/lib.rs": "pub mod rate;\npub use rate::work as job;\nmod user;\n",
            "src/rate.rs": "pub fn work(x: u8) {}\nfn caller() { work(1); self::work(2); }\n",
            "src/user.rs": """
                use crate::rate::{self, work};
                use crate::job;
                fn f() {
                    work(1);
                    rate::work(2);
                    crate::rate::work(3);
                    super::rate::work(4);
                    job(5);
                }
            """,
            "tests/api.rs": "use demo::rate::work;\nfn t() { work(1); demo::job(2); }\n",
        }
    )
    assert uses(graph, "src/rate.rs::work") == [
        "src/lib.rs:2:15 reexport exact",
        "src/rate.rs:2:15 call exact",
        "src/rate.rs:2:30 call exact",
        "src/user.rs:1:25 import exact",
        "src/user.rs:2:12 import exact",
        "src/user.rs:4:5 call exact",
        "src/user.rs:5:11 call exact",
        "src/user.rs:6:18 call exact",
        "src/user.rs:7:18 call exact",
        "src/user.rs:8:5 call exact",
        "tests/api.rs:1:17 import exact",
        "tests/api.rs:2:10 call exact",
        "tests/api.rs:2:25 call exact",
    ]


def test_a_let_hides_a_function_only_behind_itself_and_a_module_never() -> None:
    graph = graph_of(
        {
            "src/main.rs": """
                mod config;
                fn args() -> u8 { 1 }
                fn main() {
                    args();
                    let args = args();
                    let config = config::load(args);
                    config::load(config);
                    args.clone();
                }
            """,
            "src/config.rs": "pub fn load(x: u8) {}\n",
        }
    )
    assert uses(graph, "src/main.rs::args") == ["src/main.rs:4:5 call exact", "src/main.rs:5:16 call exact"]
    assert uses(graph, "src/config.rs::load") == ["src/main.rs:6:26 call exact", "src/main.rs:7:13 call exact"]


def test_members_of_implementations_in_other_files() -> None:
    graph = graph_of(
        {
            "Cargo.toml": '[package]\nname = "demo"\n',
            "src/main.rs": """
                mod shape;
                mod draw;
                use shape::Square;
                fn main() {
                    let s = Square::new(1);
                    s.draw();
                    s.area();
                    let t = Square { side: 2 };
                    println!("{}", t.area());
                }
            """,
            "src/shape.rs": """
                pub struct Square { pub side: u8 }
                impl Square {
                    pub fn new(side: u8) -> Self { Self { side } }
                    pub fn area(&self) -> u8 { self.side * self.side }
                }
            """,
            "src/draw.rs": """
                use crate::shape::Square;
                pub trait Draw { fn draw(&self); }
                impl Draw for Square { fn draw(&self) { self.area(); } }
            """,
        }
    )
    assert uses(graph, "src/shape.rs::Square.new") == ["src/main.rs:5:21 call exact"]
    assert uses(graph, "src/shape.rs::Square.area") == [
        "src/draw.rs:3:46 call exact",
        "src/main.rs:7:7 call inferred",
        "src/main.rs:9:22 call inferred",
    ]
    assert uses(graph, "src/draw.rs::Square.draw") == ["src/main.rs:6:7 call inferred"]
    assert uses(graph, "src/shape.rs::Square.side") == [
        "src/main.rs:8:22 write inferred",
        "src/shape.rs:3:43 write exact",
        "src/shape.rs:4:37 attribute exact",
        "src/shape.rs:4:49 attribute exact",
    ]


def test_modules_in_braces_see_what_they_import() -> None:
    graph = graph_of(
        {
            "src/lib.rs": """
                pub fn work() {}
                pub enum Kind { One, Two(u8) }
                mod tests {
                    use super::*;
                    fn helper() { work(); Kind::One; }
                }
                mod alone {
                    fn other() { work(); }
                }
                fn outside() { tests::helper(); match k() { Kind::Two(n) => n, _ => 0 } }
            """,
        }
    )
    assert uses(graph, "src/lib.rs::work") == ["src/lib.rs:5:19 call exact"]
    assert uses(graph, "src/lib.rs::tests.helper") == ["src/lib.rs:10:23 call exact"]
    assert uses(graph, "src/lib.rs::Kind.One") == ["src/lib.rs:5:33 attribute exact"]
    assert uses(graph, "src/lib.rs::Kind.Two") == ["src/lib.rs:10:51 attribute exact"]


def test_edges_lead_to_the_file_that_holds_the_item() -> None:
    graph = graph_of(
        {
            "Cargo.toml": '[package]\nname = "demo"\n',
            "src/lib.rs": "mod a;\n",
            "src/a.rs": "pub mod b;\npub mod c;\n",
            "src/a/b.rs": "use super::c::Deep;\nuse crate::a::c;\nuse std::fmt::c;\n",
            "src/a/c/mod.rs": 'pub struct Deep;\nfn f() { println!("{}", super::b::x()); }\n',
        }
    )
    targets = {edge.target.relative for edge in graph.dependencies(path("src/a/b.rs"))}
    assert targets == {"src/a/c/mod.rs"}
    assert {edge.target.relative for edge in graph.dependencies(path("src/a/c/mod.rs"))} == {"src/a/b.rs"}


def test_a_field_and_a_method_of_one_name_are_two_things() -> None:
    graph = graph_of(
        {
            "src/lib.rs": """
                struct Builder { threads: u8 }
                impl Builder {
                    fn threads(&mut self, n: u8) -> &mut Builder { self.threads = n; self }
                    fn build(&self) -> u8 { self.threads }
                }
                fn f() { let mut b = Builder { threads: 1 }; b.threads(2); }
            """,
        }
    )
    field, method = graph.lookup("src/lib.rs::Builder.threads")
    assert [f"{place.line}:{place.column} {place.kind}" for place in graph.references(field).places] == [
        "3:57 write",
        "4:34 attribute",
        "6:32 write",
    ]
    assert [f"{place.line}:{place.column} {place.kind}" for place in graph.references(method).places] == ["6:48 call"]


def test_macros_reach_where_no_path_leads() -> None:
    graph = graph_of(
        {
            "src/lib.rs": "#[macro_use]\nmod macros;\nmod user;\nfn f() { wrap!(1); }\n",
            "src/macros.rs": "macro_rules! wrap { ($e:expr) => { $e }; }\n",
            "src/user.rs": "fn g() { wrap!(2); crate::wrap!(3); wrapped!(4); }\n",
        }
    )
    assert uses(graph, "src/macros.rs::wrap") == [
        "src/lib.rs:4:10 call inferred",
        "src/user.rs:1:10 call inferred",
        "src/user.rs:1:27 call inferred",
    ]


def test_a_path_leads_through_what_modules_pass_on() -> None:
    files = {
        "Cargo.toml": '[workspace]\nmembers = ["*"]\n',
        "app/Cargo.toml": '[package]\nname = "app"\nedition = "2021"\n[dependencies]\nall = { path = "../all" }\n',
        "app/src/main.rs": "use all::{cli::host::Name, Thing};\nfn f() { all::cli::run(); all::odd::go(); }\n",
        "app/src/other.rs": "use crate::helpers::*;\n#[crate::marked]\nfn g() {}\n",
        "all/Cargo.toml": '[package]\nname = "all"\n[dependencies]\ncmd-line = { path = "../cmd-line" }\n',
        "all/src/lib.rs": (
            'pub extern crate cmd_line as cli;\npub use cmd_line::Thing;\n#[path = "strange.rs"]\npub mod odd;\n'
        ),
        "all/src/strange.rs": "pub fn go() {}\n",
        "cmd-line/Cargo.toml": '[package]\nname = "cmd-line"\n',
        "cmd-line/src/lib.rs": "pub mod host;\npub struct Thing;\npub fn run() {}\n",
        "cmd-line/src/host.rs": "pub struct Name;\n",
    }
    graph = graph_of(files)
    assert {edge.target.relative for edge in graph.dependencies(path("app/src/main.rs"))} == {
        "all/src/lib.rs",
        "all/src/strange.rs",
        "cmd-line/src/lib.rs",
        "cmd-line/src/host.rs",
    }
    assert {edge.target.relative for edge in graph.dependencies(path("app/src/other.rs"))} == {"app/src/main.rs"}
    graph = graph_of({**files, "app/src/main.rs": "mod other;\npub(crate) use all::cli::host as helpers;\n"})
    assert {edge.target.relative for edge in graph.dependencies(path("app/src/other.rs"))} == {
        "app/src/main.rs",
        "all/src/lib.rs",
        "cmd-line/src/host.rs",
    }


def test_modules_are_declared_in_macros_too() -> None:
    graph = graph_of(
        {
            "src/lib.rs": "cfg_unix! {\n    mod near;\n    pub use near::Thing;\n}\nmod user;\n",
            "src/near.rs": "pub mod below { pub struct Inner; }\npub struct Thing;\n",
            "src/user.rs": "use crate::near::below::Inner;\nuse crate::Thing;\n",
        }
    )
    found = {(edge.target.relative, edge.line) for edge in graph.dependencies(path("src/lib.rs"))}
    assert found == {("src/near.rs", 2), ("src/near.rs", 3), ("src/user.rs", 5)}
    found = {edge.target.relative for edge in graph.dependencies(path("src/user.rs"))}
    assert found == {"src/near.rs", "src/lib.rs"}
