"""Uses of functions and variables of shell scripts, each case a small workspace with every expected use."""

from __future__ import annotations

from support.graphs import graph_of, path, uses


def test_functions_of_sourced_files_are_seen() -> None:
    graph = graph_of(
        {
            "lib/log.sh": 'log() { echo "$1"; }\nlevel=1\n',
            "bin/run.sh": """
                source "$(dirname "$0")/../lib/log.sh"
                log start
                main() { log "$level"; }
                trap log EXIT
                export -f log
            """,
            "bin/other.sh": 'source "${BASH_SOURCE%/*}/run.sh"\nlog "$(log x)"\n',
        }
    )
    assert uses(graph, "lib/log.sh::log") == [
        "bin/other.sh:2:1 call inferred",
        "bin/other.sh:2:8 call inferred",
        "bin/run.sh:2:1 call exact",
        "bin/run.sh:3:10 call exact",
        "bin/run.sh:4:6 call exact",
        "bin/run.sh:5:11 read exact",
    ]
    assert uses(graph, "lib/log.sh::level") == ["bin/run.sh:3:16 read exact"]


def test_local_variables_are_no_uses_of_global_ones() -> None:
    graph = graph_of({"a.sh": 'name=1\nf() { local name=2; echo "$name"; }\ng() { echo "$name"; name=3; }\n'})
    assert uses(graph, "a.sh::name") == ["a.sh:3:14 read exact", "a.sh:3:21 write exact"]


def test_a_function_that_several_scripts_define_is_known_by_name_only_elsewhere() -> None:
    graph = graph_of(
        {"a.sh": "usage() { :; }\nusage\n", "b.sh": "usage() { :; }\nusage\n", "c.sh": "usage\n"},
    )
    assert uses(graph, "a.sh::usage") == ["a.sh:2:1 call exact", "c.sh:1:1 call name_only"]


def test_tests_of_bats_load_helpers_and_run_functions() -> None:
    graph = graph_of(
        {
            "test/test_helper.bash": "setup_all() { :; }\n",
            "test/a.bats": 'load test_helper\n@test "a" {\n  run setup_all\n  run -1 setup_all now\n}\n',
        }
    )
    assert uses(graph, "test/test_helper.bash::setup_all") == [
        "test/a.bats:3:7 call exact",
        "test/a.bats:4:10 call exact",
    ]
    edges = graph.dependencies(path("test/a.bats"))
    assert [edge.target.relative for edge in edges] == ["test/test_helper.bash"]
