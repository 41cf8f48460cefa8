"""Settings come from the user; a workspace can narrow, never redirect."""

from __future__ import annotations

import pytest

from sightline.base.errors import UsageError
from sightline.base.memory_system import memory_system
from sightline.base.system import System
from sightline.config.load import LoadedSettings, load_settings
from sightline.config.locations import locations
from sightline.config.trust import is_trusted, revoke_trust, set_trust

USER = "/home/user/.config/sightline/sightline.toml"
WORKSPACE = "/work/.sightline/sightline.toml"


def load(system: System, given: dict[str, object] | None = None) -> LoadedSettings:
    return load_settings(system, locations(system), ("/work",), given)


def system_with(files: dict[str, str] | None = None, **environment: str) -> System:
    return memory_system(files, environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache", **environment})


def test_without_any_file_the_defaults_hold() -> None:
    loaded = load(system_with())
    assert loaded.settings.context.budget == 8_000
    assert loaded.problems == ()
    assert loaded.sources == ()


def test_the_environment_alone_is_enough_for_a_model() -> None:
    loaded = load(
        system_with(
            SIGHTLINE_MODEL="openai:m", SIGHTLINE_BASE_URL="http://127.0.0.1:1/v1", SIGHTLINE_API_KEY="k-secret"
        )
    )
    assert loaded.settings.model.name == "openai:m"
    assert loaded.settings.model.base_url == "http://127.0.0.1:1/v1"
    assert loaded.settings.model.api_key.get_secret_value() == "k-secret"
    assert "k-secret" not in repr(loaded)


def test_the_environment_outranks_the_user_file_and_the_command_line_outranks_both() -> None:
    system = system_with({USER: '[model]\nname = "openai:a"\nwindow = 4096\n'}, SIGHTLINE_MODEL="openai:b")
    assert load(system).settings.model.name == "openai:b"
    assert load(system, {"model": {"name": "openai:c"}}).settings.model.name == "openai:c"
    assert load(system).settings.model.window == 4096


def test_an_address_and_a_key_are_never_used_for_another_providers_model() -> None:
    """`ask --model groq:x` sent the key of the settings' openai server to Groq."""
    text = '[model]\nname = "openai:a"\nbase_url = "http://127.0.0.1:1/v1"\napi_key = "k"\nwindow = 4096\n'
    text += 'headers = { x-team = "blue" }\n'
    same = load(system_with({USER: text}), {"model": {"name": "OpenAI:b"}}).settings.model
    assert (same.base_url, same.api_key.get_secret_value()) == ("http://127.0.0.1:1/v1", "k")
    for loaded in (
        load(system_with({USER: text}), {"model": {"name": "groq:b"}}),
        load(system_with({USER: text}, SIGHTLINE_MODEL="groq:b")),
    ):
        model = loaded.settings.model
        assert (model.base_url, model.api_key.get_secret_value(), model.headers) == ("", "", {})
    own = load(system_with({USER: text}, SIGHTLINE_MODEL="groq:b", SIGHTLINE_API_KEY="g")).settings.model
    assert (own.base_url, own.api_key.get_secret_value()) == ("", "g")
    alone = load(system_with(SIGHTLINE_BASE_URL="http://127.0.0.1:1/v1"), {"model": {"name": "vllm:m"}})
    assert alone.settings.model.base_url == "http://127.0.0.1:1/v1"


@pytest.mark.parametrize(
    "line",
    ['base_url = "http://evil.example/v1"', 'api_key = "stolen"', 'name = "openai:other"', "temperature = 1.0"],
)
def test_a_workspace_cannot_redirect_the_model(line: str) -> None:
    loaded = load(system_with({USER: '[model]\nname = "openai:mine"\n', WORKSPACE: f"\n[model]\n{line}\n"}))
    assert loaded.settings.model.name == "openai:mine"
    assert loaded.settings.model.base_url == ""
    assert loaded.settings.model.temperature is None
    (problem,) = loaded.problems
    assert (problem.file, problem.line) == (WORKSPACE, 3)
    assert "own settings only" in problem.message


def test_a_workspace_can_lower_the_budget_and_not_raise_it() -> None:
    assert load(system_with({WORKSPACE: "[context]\nbudget = 1000\n"})).settings.context.budget == 1000
    raised = load(system_with({WORKSPACE: "[context]\nbudget = 90000\n"}))
    assert raised.settings.context.budget == 8_000
    assert "only be lowered" in raised.problems[0].message
    lowered = load(system_with({USER: "[context]\nbudget = 500\n", WORKSPACE: "[context]\nbudget = 1000\n"}))
    assert lowered.settings.context.budget == 500


def test_what_carries_no_mark_is_free_to_a_workspace() -> None:
    assert load(system_with({WORKSPACE: '[edits]\nformat = "whole_file"\n'})).settings.edits.format == "whole_file"


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[context\n", 1, "not valid TOML"),
        ("[context]\nbudget = 'many'\n", 2, "context.budget"),
        ("[context]\nbuget = 5\n", 2, "context.buget"),
        ("[nonsense]\na = 1\n", 1, "nonsense"),
        ("context = 3\n", 1, "context"),
        ("[edits]\nrepair_rounds = 99\n", 2, "edits.repair_rounds"),
    ],
)
def test_a_broken_file_is_reported_with_its_line_and_the_rest_holds(text: str, line: int, words: str) -> None:
    for file in (USER, WORKSPACE):
        loaded = load(system_with({file: text}, SIGHTLINE_MODEL="openai:m"))
        assert loaded.settings.model.name == "openai:m"
        assert loaded.settings.context.budget == 8_000
        (problem,) = loaded.problems
        assert problem.file == file
        assert words in problem.message
        assert problem.line == line


@pytest.mark.parametrize(
    "line", ['linters = ["eslint"]', 'types = ["ty"]', 'types_refuse = "none"', 'programs = {eslint = "./evil"}']
)
def test_a_workspace_names_no_programs(line: str) -> None:
    loaded = load(system_with({WORKSPACE: f"[checks]\n{line}\n"}))
    checks = loaded.settings.checks
    assert (checks.linters, checks.types, checks.types_refuse, checks.programs) == ((), (), "clean", {})
    (problem,) = loaded.problems
    assert "read from your own settings only" in problem.message
    system = system_with()
    merged = {"checks": {"linters": ["eslint"], "programs": {"eslint": "./evil"}, "seconds": 20}}
    checks = load_settings(system, locations(system), ("/work",), None, merged).settings.checks
    assert (checks.linters, checks.programs, checks.seconds) == ((), {}, 20)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('linters = ["eslnt"]', "unknown linter eslnt; known are biome, clippy, eslint, gofmt, govet, oxlint"),
        ('types = ["tsc"]', "unknown type checker tsc; known are mypy, pyright, tsserver, ty"),
        (
            'programs = {eslnt = "/bin/x"}',
            "unknown program eslnt; known are biome, bwrap, cargo, eslint, go, gofmt, mypy",
        ),
        ('programs = {eslint = "eslint_d"}', "'eslint_d' is no path; a program on your PATH needs no entry"),
    ],
)
def test_a_program_that_is_not_known_is_reported(line: str, words: str) -> None:
    loaded = load(system_with({USER: f"[checks]\nseconds = 5\n{line}\n"}))
    (problem,) = loaded.problems
    assert (problem.line, words in problem.message) == (3, True), problem
    assert (loaded.settings.checks.linters, loaded.settings.checks.seconds) == ((), 5)


def test_a_wrong_value_on_the_command_line_is_an_error() -> None:
    with pytest.raises(UsageError, match=r"^The setting context\.budget") as error:
        load(system_with(), {"context": {"budget": -1}})
    assert error.value.kind == "wrong_setting", "by which an editor offers to open it"


def test_the_cache_directory_moves_every_file_we_write() -> None:
    where = locations(system_with())
    for path in (where.cache, where.state, where.trust_file, where.graph_store(("/work",))):
        assert path.startswith("/cache/")


def test_trust_is_kept_by_real_root_and_can_be_revoked() -> None:
    system = system_with()
    where = locations(system)
    assert not is_trusted(system, where, "/work")
    set_trust(system, where, "/work")
    assert is_trusted(system, where, "/work/")
    assert is_trusted(system, where, "/work/inner")
    assert not is_trusted(system, where, "/workshop")
    revoke_trust(system, where, "/work")
    assert not is_trusted(system, where, "/work")


@pytest.mark.parametrize("damaged", ["", "{", '{"a": 1}', "[1, null]"])
def test_a_damaged_trust_file_trusts_nothing(damaged: str) -> None:
    system = system_with({"/cache/state/trust.json": damaged})
    assert not is_trusted(system, locations(system), "/work")


@pytest.mark.parametrize(("name", "floor"), [("seconds", 15), ("test_seconds", 60), ("most_tests", 50)])
def test_a_workspace_cannot_leave_a_check_without_time(name: str, floor: int) -> None:
    """An edit that no check had time to judge would pass."""

    def held(loaded: LoadedSettings) -> float:
        return getattr(loaded.settings.checks, name)

    starved = load(system_with({WORKSPACE: f"[checks]\n{name} = 1\n"}))
    assert held(starved) == floor
    assert f"checks.{name} can be lowered to {floor} here, not below" in starved.problems[0].message
    assert starved.problems[0].line == 2
    modest = load(system_with({WORKSPACE: f"[checks]\n{name} = {floor}\n"}))
    assert (held(modest), modest.problems) == (floor, ())
    own = load(system_with({USER: f"[checks]\n{name} = 3\n", WORKSPACE: f"[checks]\n{name} = 1\n"}))
    assert (held(own), len(own.problems)) == (3, 1), "the user's own word holds, and no workspace goes below it"
    assert held(load(system_with({USER: f"[checks]\n{name} = 1\n"}))) == 1
    camel = name.replace("_s", "S").replace("_t", "T")
    system = system_with()
    assert held(load_settings(system, locations(system), ("/work",), merged={"checks": {camel: 1}})) == floor


def test_what_an_editor_merged_can_narrow_and_never_redirect() -> None:
    system = system_with({USER: '[model]\nname = "openai:mine"\n[context]\nbudget = 6000\n'})
    merged = {
        "model": {"name": "openai:other", "baseUrl": "http://evil.example/v1", "apiKey": "stolen"},
        "context": {"budget": 5000},
        "edits": {"repairRounds": 1, "format": "whole_file"},
        "interpreter": "/tmp/evil",
        "workspace": None,
    }
    loaded = load_settings(system, locations(system), ("/work",), None, merged)
    assert loaded.settings.model.name == "openai:mine"
    assert loaded.settings.model.base_url == ""
    assert loaded.settings.context.budget == 5000
    assert (loaded.settings.edits.repair_rounds, loaded.settings.edits.format) == (1, "whole_file")
    assert loaded.problems == ()
    raised = load_settings(system, locations(system), ("/work",), None, {"context": {"budget": 7000}})
    assert raised.settings.context.budget == 6000
