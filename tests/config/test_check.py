"""Every mistake is explained, where it is: in a file, by its line, or in a variable."""

from __future__ import annotations

import pytest

from sightline.base.memory_system import memory_system
from sightline.config.check import check_settings
from sightline.config.load import SettingProblem, load_settings
from sightline.config.locations import locations

USER = "/home/user/.config/sightline/sightline.toml"
WORKSPACE = "/work/.sightline/sightline.toml"


def mistakes(files: dict[str, str] | None = None, **environment: str) -> tuple[SettingProblem, ...]:
    system = memory_system(
        files, environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache", **environment}
    )
    where = locations(system)
    return check_settings(system, where, load_settings(system, where, ("/work",)))


def test_settings_without_a_mistake() -> None:
    text = (
        '[model]\nname = "openai:gpt-4.1"\napi_key = "k"\ntop_p = 0.9\n[tasks.temperature]\nfix = 0.2\n'
        '[network]\nca_file = "/ca.pem"\n'
    )
    assert mistakes({USER: text, "/ca.pem": "x"}, SIGHTLINE_LOCAL_TOKEN_LIMIT="4096") == ()
    assert mistakes() == ()


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("[model]\nnmae = 1\n", 2, "model.nmae: there is no such setting; did you mean name?"),
        ("[modl]\nname = 1\n", 1, "modl: there is no such section; did you mean model?"),
        ("[zzz]\n", 1, "zzz: there is no such section; there are model,"),
        ("\n[tasks.temperature]\nfix = 3\n", 3, "tasks.temperature.fix: Input should be less than or equal to 2"),
        ("[tasks.temperature]\nfux = 1\n", 1, "unknown kind of task fux; known are implement, refactor, fix"),
        ('[catalogue.models.m]\nwindow = 0\nreasons = "perhaps"\n', 2, "greater than 0"),
        ('[catalogue.models."a:b"]\nwindw = 1\n', 2, "did you mean window?"),
        ('[model]\ntemperature = "hot"\nname = "nobody:x"\n', 2, "model.temperature: Input should be a valid number"),
        ('[model]\n\nname = "nobody:x"\n', 3, "model.name: The model 'nobody:x' does not begin with a provider."),
        ('[model]\nname = "openai:gpt-4.1"\n', 2, "which needs a key. Set SIGHTLINE_API_KEY or OPENAI_API_KEY"),
        (
            '[model]\nname = "vllm:m"\nbase_url = "localhost"\n',
            3,
            "model.base_url: The base URL 'localhost' names",
        ),
        ('[network]\nca_file = "/no.pem"\n', 2, "network.ca_file: /no.pem is no file that can be read"),
        ("[model\n", 1, "is not valid TOML"),
        ('[models.fast]\nnmae = "x"\n', 2, "models.fast.nmae: there is no such setting; did you mean name?"),
        ('[models.fast]\nroles = ["fast"]\n', 1, "models.fast.name: is missing"),
        ('[models.fast]\nname = "nobody:x"\n', 2, "models.fast.name: The model 'nobody:x' does not begin with"),
        ('[models.fast]\nname = "vllm:m"\nroles = ["quick"]\n', 3, "models.fast.roles.0: Input should be 'chat'"),
        ('[models.model]\nname = "vllm:m"\n', 1, "`model` is the name of [model]; choose another"),
        ('[models."a b"]\nname = "vllm:m"\n', 1, "'a b' is no name for a model"),
        (
            '[models.a]\nname = "vllm:m"\nroles = ["edit"]\n[models.b]\nname = "vllm:n"\nroles = ["chat", "edit"]\n',
            6,
            "models.b.roles: a is for edit already, and that one counts",
        ),
        (
            '[routing]\nrules = [\n  { pattern = "a", model = "model" },\n  { pattern = "b", model = "fsat" },\n]\n',
            4,
            "routing.rules: there is no model fsat; there are model",
        ),
        ('[routing]\n\nfallback = ["model", "x"]\n', 3, "routing.fallback: there is no model x; there are model"),
        ('[routing]\nrules = [{ pattern = "(", model = "model" }]\n', 2, "is no regular expression: missing )"),
        ('[privacy]\ncloud = "perhaps"\n', 2, "privacy.cloud: Input should be 'ask', 'allow' or 'never'"),
    ],
)
def test_a_mistake_in_the_users_file(text: str, line: int, words: str) -> None:
    first = mistakes({USER: text})[0]
    assert (first.file, first.line) == (USER, line)
    assert words in first.message
    assert str(first).startswith(f"{USER}:{line}: ")


def test_one_bad_entry_does_not_take_the_others_with_it() -> None:
    text = (
        "[catalogue.models.good]\nwindow = 7\n[catalogue.models.bad]\nwindow = 0\n"
        "[tasks.temperature]\nfix = 9\nimplement = 0.5\n"
    )
    system = memory_system({USER: text}, environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache"})
    loaded = load_settings(system, locations(system), ("/work",))
    assert list(loaded.settings.catalogue.models) == ["good"]
    assert loaded.settings.tasks.temperature == {"implement": 0.5}
    assert len(loaded.problems) == 2


def test_one_bad_model_or_rule_does_not_take_the_others_with_it() -> None:
    text = (
        '[models.good]\nname = "vllm:m"\n[models.model]\nname = "vllm:x"\n[models.odd]\nname = "vllm:o"\nwindow = 1\n'
        '[routing]\nrules = [{pattern = "(", model = "good"}, {pattern = "a", model = "good"}]\n'
    )
    system = memory_system({USER: text}, environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache"})
    loaded = load_settings(system, locations(system), ("/work",))
    assert list(loaded.settings.models) == ["good", "odd"]
    assert loaded.settings.models["odd"].window is None
    assert [rule.pattern for rule in loaded.settings.routing.rules] == ["a"]
    assert len(loaded.problems) == 3


@pytest.mark.parametrize(("user", "workspace", "holds"), [("allow", "never", "never"), ("never", "allow", "never")])
def test_a_workspace_only_narrows_what_a_cloud_may_have(user: str, workspace: str, holds: str) -> None:
    files = {USER: f'[privacy]\ncloud = "{user}"\n', WORKSPACE: f'[privacy]\ncloud = "{workspace}"\n'}
    system = memory_system(files, environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache"})
    loaded = load_settings(system, locations(system), ("/work",))
    assert loaded.settings.privacy.cloud == holds
    assert len(loaded.problems) == (workspace == "allow")
    # What the editor adds is the user's word, and still does not undo what the workspace asks for.
    given = load_settings(system, locations(system), ("/work",), {"privacy": {"cloud": "allow"}})
    assert given.settings.privacy.cloud == "never"


@pytest.mark.parametrize(
    ("variable", "value", "words"),
    [
        ("SIGHTLINE_LOCAL_TOKEN_LIMIT", "lots", "local.token_limit: Input should be a valid integer"),
        ("SIGHTLINE_LOCAL_MAX_TOKENS", "5", "local.max_tokens: Input should be greater than or equal to 64"),
        ("SIGHTLINE_MODEL", "gpt", "model.name: The model 'gpt' does not begin with a provider."),
        ("SIGHTLINE_BASE_URL", "http://me:secret@h/v1", "model.base_url: The base URL holds a user name or password."),
        ("SIGHTLINE_MODLE", "x", "is not read; did you mean SIGHTLINE_MODEL?"),
        ("SIGHTLINE_API_KYE", "secret", "is not read; did you mean SIGHTLINE_API_KEY?"),
    ],
)
def test_a_mistake_in_the_environment(variable: str, value: str, words: str) -> None:
    (problem,) = mistakes(None, **{"SIGHTLINE_MODEL": "vllm:m", variable: value})
    assert (problem.file, problem.line) == (variable, 0)
    assert words in problem.message
    assert str(problem).startswith(f"{variable}: ")
    assert "secret" not in str(problem)


def test_a_wrong_variable_leaves_the_file_in_force() -> None:
    system = memory_system(
        {USER: "[local]\ntoken_limit = 2048\n"},
        environment={"SIGHTLINE_CONFIG": USER, "SIGHTLINE_CACHE_DIR": "/cache", "SIGHTLINE_LOCAL_TOKEN_LIMIT": "x"},
    )
    loaded = load_settings(system, locations(system), ())
    assert loaded.settings.local.token_limit == 2048
    assert loaded.sources == (USER,)


def test_variables_of_others_are_no_business_of_ours() -> None:
    assert mistakes(SIGHTLINE_TESTS="x", SIGHTLINE_ROOT="/x", SIGHTLINE_MY_OWN_THING="1", MODEL="x") == ()


def test_what_a_workspace_may_not_set_is_said_with_its_line() -> None:
    text = "[tasks.temperature]\nfix = 0.9\n[local]\n\nmax_tokens = 64\n[catalogue.models.m]\nwindow = 1\n"
    found = mistakes({WORKSPACE: text})
    assert [(problem.line, problem.message.split(" ")[0]) for problem in found] == [
        (1, "tasks.temperature"),
        (5, "local.max_tokens"),
        (6, "catalogue.models"),
    ]
