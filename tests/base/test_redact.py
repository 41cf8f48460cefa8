"""What is taken for a secret, what is not, and that looking takes no time to speak of."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightline.base import redact as module
from sightline.base.redact import REDACTED, redact
from sightline.base.secret_shapes import WORDS
from support.patience import least_cpu_seconds

BODY = "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7"


LONG = BODY * 2
LINES_4 = "\n".join([REDACTED] * 4)
HEX = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    "secret",
    [
        f"sk-{BODY}",
        f"sk-ant-api03-{BODY}",
        f"ghp_{BODY}aB3dE6",
        f"github_pat_{BODY}aB3_dE6",
        f"glpat-{BODY}",
        f"xoxb-12345-{BODY}",
        "AKIAIOSFODNN7EXAMPLE",
        f"AIza{BODY}aB3dE6",
        f"hf_{BODY}",
        f"npm_{BODY}aB3dE6",
        f"pypi-{BODY}aB3dE6",
        f"eyJ{BODY}.eyJ{BODY}.{BODY}",
        f"sk_live_{BODY}",
        f"whsec_{BODY}",
        f"GOCSPX-{BODY}",
        f"ya29.{BODY}",
        f"xapp-1-{BODY}",
        f"https://hooks.slack.com/services/T0/B0/{BODY}".removeprefix("https://"),
        f"SG.{BODY[:22]}.{LONG[:43]}",
        f"shpat_{HEX[:32]}",
        f"dop_v1_{HEX}",
        f"hvs.{BODY}",
        f"glsa_{LONG}",
        f"lin_api_{LONG}",
        f"dapi{HEX[:32]}",
        f"1234567890:AA{LONG[:33]}",
        f"AGE-SECRET-KEY-1{HEX.upper()[:58]}",
        f"gsk_{LONG}",
        f"figd_{LONG}",
    ],
)
@pytest.mark.parametrize("around", ["{}", "key = '{}'", "curl -H x:{} y", '"{}",\n', "({})"])
def test_tokens_of_providers(secret: str, around: str) -> None:
    assert redact(around.format(secret)) == around.format(REDACTED)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("password = 'hunter2hunter2'", f"password = '{REDACTED}'"),
        ('{"api_key": "abcdefgh"}', f'{{"api_key": "{REDACTED}"}}'),
        ("DATABASE_PASSWORD: 'abcdefgh'", f"DATABASE_PASSWORD: '{REDACTED}'"),
        ("config.secretKey => \"abcdefgh\"", f"config.secretKey => \"{REDACTED}\""),
        ("export API_KEY=abcdefgh12345", f"export API_KEY={REDACTED}"),
        ("ENV DB_PASSWORD=hunter2hunter2 X=1", f"ENV DB_PASSWORD={REDACTED} X=1"),
        ("Authorization: Bearer abc123def456ghi", f"Authorization: Bearer {REDACTED}"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==", f"authorization: basic {REDACTED}"),
        ("postgres://user:s3cret@host/db", f"postgres://user:{REDACTED}@host/db"),
        ("-----BEGIN RSA PRIVATE KEY-----\nx\ny\n-----END RSA PRIVATE KEY-----\nz", f"{LINES_4}\nz"),
        (
            "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nx\n-----END PGP PRIVATE KEY BLOCK-----\nz",
            f"{REDACTED}\n\n{REDACTED}\n{REDACTED}\nz",
        ),
        (f"-----BEGIN PRIVATE KEY-----\n{LONG}\n{LONG}\nMIIE\nand prose\n", f"{LINES_4}\nand prose\n"),
        (f"'-----BEGIN EC PRIVATE KEY-----\\n{LONG}\\n'", f"'{REDACTED}\\n'"),
        ("password := `hunter2hunter2`", f"password := `{REDACTED}`"),
        ('const apiKey: string = "hunter2hunter2"', f'const apiKey: string = "{REDACTED}"'),
        ("let secret: &'static str = \"hunter2hunter2\";", f"let secret: &'static str = \"{REDACTED}\";"),
        ('secret: str | None = "hunter2hunter2"', f'secret: str | None = "{REDACTED}"'),
        ('config["password"] = "it\'s-hunter2"', f'config["password"] = "{REDACTED}"'),
        ('char password[] = "hunter2hunter2";', f'char password[] = "{REDACTED}";'),
        ('if (password === "hunter2hunter2") {', f'if (password === "{REDACTED}") {{'),
        ('password = """hunter2hunter2"""', f'password = """{REDACTED}"""'),
        ("secret_key = b'hunter2hunter2'", f"secret_key = b'{REDACTED}'"),
        ('"{\\"password\\": \\"hunter2hunter2\\"}"', f'"{{\\"password\\": \\"{REDACTED}\\"}}"'),
        ('pwd="hunter2hunter2"', f'pwd="{REDACTED}"'),
        ("PASSPHRASE = (\n    'correct horse battery'\n)", f"PASSPHRASE = (\n    '{REDACTED}'\n)"),
        (f'token = "{BODY}"', f'token = "{REDACTED}"'),
        (f'signing_key: "{BODY}"', f'signing_key: "{REDACTED}"'),
        (f'setSecret("{BODY}")', f'setSecret("{REDACTED}")'),
        (f"define('API_KEY', '{BODY}');", f"define('API_KEY', '{REDACTED}');"),
        (f'<add key="ApiKey" value="{BODY}" />', f'<add key="ApiKey" value="{REDACTED}" />'),
        ("<password>hunter2hunter2</password>", f"<password>{REDACTED}</password>"),
        ("  password: hunter2#hunter2\n", f"  password: {REDACTED}\n"),
        ("spring.datasource.password=s3cr3tvalue", f"spring.datasource.password={REDACTED}"),
        (f"token: {BODY}\n", f"token: {REDACTED}\n"),
        (f"X-Api-Key: {BODY}", f"X-Api-Key: {REDACTED}"),
        (f"curl -H 'PRIVATE-TOKEN-SECRET: {BODY}' x", f"curl -H 'PRIVATE-TOKEN-SECRET: {REDACTED}' x"),
        (f"Authorization: token {BODY}", f"Authorization: token {REDACTED}"),
        ("mysql --password=hunter2hunter2 -h x", f"mysql --password={REDACTED} -h x"),
        ("curl -u me:hunter2hunter2 https://x", f"curl -u me:{REDACTED} https://x"),
        ('"Server=x;Password=hunter2;Pooling=1"', f'"Server=x;Password={REDACTED};Pooling=1"'),
        (f"AccountName=a;AccountKey={BODY}==;", f"AccountName=a;AccountKey={REDACTED};"),
        (f"https://x/blob?sv=1&sig={BODY}%3D", f"https://x/blob?sv=1&sig={REDACTED}"),
        (f"wss://x/?token={BODY}", f"wss://x/?token={REDACTED}"),
        ("CREATE USER u IDENTIFIED BY 'hunter2hunter2'", f"CREATE USER u IDENTIFIED BY '{REDACTED}'"),
        ("redis://:s3cret@host/0", f"redis://:{REDACTED}@host/0"),
        (f"https://{BODY}@host/repo.git", f"https://{REDACTED}@host/repo.git"),
    ],
)  # fmt: skip
def test_values_that_say_they_are_secret(text: str, hidden: str) -> None:
    assert redact(text) == hidden


@pytest.mark.parametrize(
    "text",
    [
        "password = get_password()",
        "password = ''",
        "secret = 'short'",
        "def check_password(password: str) -> bool:",
        "# Basic functionality, bearer authentication and basic configuration",
        "SECRET_KEY = os.environ['SECRET_KEY']",
        "TOKEN=DEFAULT_TOKEN_NAME",
        "https://example.org:8080/path?mail=a@b",
        "git@host:owner/name.git",
        "task-management-and-scheduling",
        "digest = 'd41d8cd98f00b204e9800998ecf8427e'",
        "-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----",
        # What the patterns of before hid in Django, Flask, TypeORM and Prometheus, and need not.
        "$ ./runtests.py basic --parallel=1",
        "const url = `postgres://${obj.username}:${obj.password}@${obj.host}`",
        "set https_proxy=https://username:password@proxyserver:proxyport",
        'password_change_template = "custom_admin/password_change_form.html"',
        'def validate(self, user, password_field_name="password2"): ...',
        '"password_expires_at": "2016-11-06T15:32:17.000000"',
        'self.client.login(username="testclient", password="password")',
        '{"new_password1": "password1", "password": "********************"}',
        'password: "<your password here>"',
        'testSecretKeyFile = "testdata/secret_key"',
        'PASSWORD_HELP = "Your password must be long enough."',
        '"password_mismatch": "The two password fields do not match."',
        'secret = "${VAULT_SECRET_PATH}"',
        "token: Uint8Array\n",
        "password: Sha256Hash\n",
        "  token = next_token2\n",
        'token_type = "access_token_v2_long"',
        'csrf_token = "csrfmiddlewaretoken"',
        '"secretArn": "arn:aws:secretsmanager:eu:secret"',
        'cache_key = "v2:user:42:profile:7a"',
        'self.key = "primary_key_of_table_1_and_2"',
        "sk-loading-container-wrapper",
        "python -m pip install --user django-polls/dist/django-polls-0.1.tar.gz",
        "class PasswordInput2Widget(Input): input_type = 'password'",
    ],
)
def test_code_stays_code(text: str) -> None:
    assert redact(text) == text


PIECES = ["password", "=", "'", '"', "secret_key", ": ", "\n", "sk-", BODY, "://u:", "@", "Bearer ", "eyJ", ".",
          "-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----", "TOKEN=", REDACTED, " ", "é"]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_lines_stay_and_a_second_time_changes_nothing(text: str) -> None:
    hidden = redact(text)
    assert hidden.count("\n") == text.count("\n")
    assert redact(hidden) == hidden


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
@pytest.mark.parametrize(
    "text",
    [
        "  password: hunter2#hunter2\nx: 1\n",
        "a.password=s3cr3tvalue  # hers\n",
        f"token: {BODY}\nx: 1\n",
        'password = "hunter2\nhunter2"\n',
        'password = "hunter2 \\\nhunter2"\n',
        "IDENTIFIED BY 'hunter2\nhunter2'\n",
        f"-----BEGIN PRIVATE KEY-----\nVersion: 1\n{LONG}\n-- x --\ny\n",
        "PuTTY-User-Key-File-2: x\nPrivate-MAC: 12\nx = 1\n",
    ],
)
def test_every_line_end_is_one(text: str, ending: str) -> None:
    """A file is shown with plain line ends, and its edits are placed in what is hidden of it as it is."""
    assert redact(text.replace("\n", ending)) == redact(text).replace("\n", ending)


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.sampled_from(["\r\n", "\r"]))
def test_line_ends_change_nothing(text: str, ending: str) -> None:
    assert redact(text.replace("\n", ending)) == redact(text).replace("\n", ending)


@pytest.mark.parametrize(
    "text",
    [
        "a.b-" * 50_000,
        "eyJ" * 50_000,
        "http://" * 30_000,
        "TOKEN=" * 30_000,
        "A_" * 50_000 + "TOKEN",
        "secret.secret-" * 20_000,
        "-----BEGIN PRIVATE KEY-----" * 3_000,
        "basic a" * 30_000,
        "Bearer " + "aB" * 100_000,
        "x:y@" * 40_000,
        "password" * 20_000,
        "password='" * 20_000,
        "password " * 20_000,
        "token: " * 20_000,
        "password:str" * 20_000,
        "-----BEGIN PRIVATE KEY-----" + "\n" * 100_000,
        "-----BEGIN PRIVATE KEY-----\n" + "A" * 200_000,
        "-----BEGIN PRIVATE KEY-----\n" * 3_000,
        "&token=" * 20_000,
        "--user a:" * 20_000,
        "<password>" * 20_000,
        "İpassword='" * 20_000,
        "eyJ-" * 50_000,
        "token=####" * 20_000,
        "PuTTY-User-Key-File-1:" * 20_000,
    ],
    ids=lambda text: text[:12],
)
def test_no_text_takes_quadratic_time(text: str) -> None:
    assert least_cpu_seconds(lambda: redact(text), 2.5) < 2.5


@pytest.mark.parametrize("words", ["x" * 70, "anew" * 18, "offor" * 15, "changeit" * 9, "another" * 11, "invalid" * 11])
def test_values_of_many_words_are_read_in_one_way(words: str) -> None:
    """In two ways each, there would be no end to it in a lifetime."""
    assert redact(f'password = "{words}"') == f'password = "{words}"'
    assert redact(f'password = "{words}QZ"') == f'password = "{REDACTED}"'


def test_no_placeholder_word_is_made_of_others() -> None:
    words = {word.removesuffix("++").removesuffix("(?!or)") for word in WORDS.split("|")}
    assert not [word for word in words if _is_made_of(word, words - {word})]


def _is_made_of(word: str, words: set[str]) -> bool:
    return not word or any(_is_made_of(word.removeprefix(each), words) for each in words if word.startswith(each))


def test_a_text_is_looked_at_a_bounded_number_of_times(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    once = module._redacted  # pyright: ignore[reportPrivateUsage]  no door tells how often it looks

    def counted(text: str) -> str:
        looks.append(len(text))
        return f"{once(text)}."  # never the same again

    monkeypatch.setattr(module, "_redacted", counted)
    redact("x = 1\n")
    assert len(looks) == 8
