"""Takes secrets out of text before it reaches a prompt, a log or the disk.

Recognises the published token shapes of large providers, private key blocks, credentials in addresses and headers, and
values assigned to names that say they are secret (``secret_shapes.py``). It errs towards hiding: a hidden placeholder
costs a re-read, a leaked key costs a rotation. What stays: placeholders ("changeme", ``${PASSWORD}``), and what is said
*about* a secret (a label, a path, a type).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from sightline.base.secret_shapes import ABOUT, BEFORE, NAMES, PLACEHOLDER, TOKENS

REDACTED = "[redacted]"

_TOKENS = tuple((marks, re.compile(shape, re.VERBOSE)) for marks, shape in TOKENS)

_NAME = re.compile(NAMES)
#: What may stand between the name of a secret and its value: the rest of the name, a subscript, a written type, an
#: operator. Quotes may be escaped.
_TYPE = r":[ \t]*&?(?:'\w+[ ])?[\w.]{1,40}(?:[<\[][\w., |]{0,40}[>\]])?(?:[ ]?\|[ ]?[\w.]{1,40})?[ \t]*"
_ASSIGNED = re.compile(
    rf"""(?ax)
    (?P<rest>[\w.-]{{0,48}})(?:\\?["'`])?(?:\]|\[\w{{0,8}}\])?[ \t]{{0,40}}
    (?:{_TYPE})?(?::=|=>|[=!]?={{1,2}}|=|:)\s{{0,40}}
    \(?\s{{0,40}}[rbfuRBFU@$]{{0,2}}
    (?P<quote>\"\"\"|'''|\\?["'`])(?P<value>(?:(?!(?P=quote))[^\r\n\\]|(?!(?P=quote))\\[^\r\n]){{8,400}})(?P=quote)
    """
)
# What a call is given, or what stands in the next attribute: only what looks drawn by lot.
_GIVEN = re.compile(
    r"""(?ax)(?P<rest>[\w.-]{0,48})\\?["'`]?[ \t]{0,8}(?:\(|,|[ \t]value[ \t]*=)[ \t]{0,8}
    (?P<quote>\\?["'`])(?P<value>[^"'`\s\\]{8,400})(?P=quote)
    """
)
# Unquoted at the end of a line, as in YAML, in properties and in headers; a comment may stand right behind it.
_PLAIN = r"""[^\s"'`()\[\]<>{},;$&\\"""
_BARE = re.compile(
    rf"""(?amx)(?P<rest>[\w.-]{{0,48}})[ \t]{{0,40}}[:=][ \t]{{0,40}}(?P<value>
      {_PLAIN}]{{8,400}}+(?=["'\\]?[ \t]{{0,40}}(?:[\#\\][^\r\n]{{0,200}})?(?:\r|$)|["']|[ \t]+-)
      |{_PLAIN}]{{8,400}}(?=\#(?!{_PLAIN}\#]{{0,400}}+\#)[^\r\n]{{0,200}}+(?:\r|$)))
    """
)
_ELEMENT = re.compile(r"(?a)>\s{0,40}(?P<value>[^<\s]{6,400})(?=\s{0,40}</)")
# Unquoted, as in shells and Dockerfiles; a digit tells a credential from the name of another variable.
_EXPORTED = re.compile(
    r"(?<![\w.])([A-Z0-9_]{0,64}?(?:PASSWORD|PASSWD|SECRET|API_?KEY|ACCESS_?KEY|PRIVATE_?KEY|TOKEN)[A-Z0-9_]{0,64}=)"
    r"(?=[A-Za-z+/_.~=-]{0,256}[0-9])[A-Za-z0-9+/_.~=-]{12,512}+(?!\S)"
)
# An option of a command.
_OPTION = re.compile(
    r"(?ia)(?P<between>(?<![\w-])(?:--(?:password|passwd|pass|token|secret|api-?key|auth)(?:=|[ \t]{1,8})[\"']?"
    r"|(?:--user|-u)[= ][\"']?\w{1,64}:))(?P<value>[^\s\"'`()<>{}$|;&,]{8,400})"
)
# Parts of a connection string or of a query.
_PARAMETER = re.compile(
    r"(?ia)(?P<between>[;?&\"'](?:[\w-]{0,32}?)(?P<strong>password|passwd|pwd|secret|api_?key|accountkey|sharedaccesskey|token|sig"
    r"|signature)[ ]?=[ ]?)(?P<value>[^\s;&\"'`<>{}$()]{6,512})"
)
_SQL = re.compile(
    r"(?ia)(?P<between>\b(?:identified[ \t]+by|(?:with|encrypted)[ \t]+password|set[ \t]+password[ \t]*=)[ \t]+['\"])"
    r"(?P<value>[^'\"\r\n]{6,400})(?=['\"])"
)
# What follows "basic" in prose and code is a word ("basic functionality"); a credential has a digit, a padding sign or
# changes case again and again.
_BEARER = re.compile(
    r"(\b(?i:bearer|basic|authorization[\"']?[ \t]?[:=][ \t]?[\"']?(?:token|apikey|key))[ \t]+)"
    r"(?=[A-Za-z._~+/-]{0,256}[0-9=]|(?:[A-Z._~+/-]*[a-z]+[A-Z]){3})(?![-.=])[A-Za-z0-9._~+/=-]{12,}"
)
_URL_PASSWORD = re.compile(
    r"(?P<between>(?<![a-z0-9+.-])[a-z][a-z0-9+.-]{0,31}://(?:[^\s/:@\"'`]{0,256}:)?)(?P<value>[^\s/@\"'`]+)(?=@)",
    re.IGNORECASE,
)

#: What a text must hold for a pattern to match at all. To look for these first makes clean code, which nearly all code
#: is, several times cheaper to pass. Some are sought in folded text.
_EXPORTED_MARKS = ("PASSW", "SECRET", "KEY", "TOKEN")
_PARAMETER_MARKS = tuple(
    f"{name}=" for name in ("password", "passwd", "pwd", "secret", "apikey", "api_key", "accountkey", "sharedaccesskey",
                            "token", "sig", "signature")
)  # fmt: skip
_OPTION_MARKS = ("--pass", "--token", "--secret", "--api", "--auth", "--user", "-u ", "-u=")

_LOWER = {code: chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}

_LINE = re.compile(r"[^\r\n]+")
_CLASSES = re.compile(r"[a-z]+|[A-Z]+|[0-9]+")
_DIGITS = re.compile(r"[0-9]+")
_INTERPOLATED = re.compile(r"\$\{|\$\(|\{\{|#\{|%\(|%[sdv]|^<.+>$|^\{.*\}$|^\$\w+$|^%\w+%$")
_OF_ITSELF = re.compile(r"(?i)passw|phrase|secret|key|token|credential")
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ][\d:.Z+-]*)?")
_ORDINARY = re.compile(r"(?:https?:/|[.~]{0,2})/[^\s@]*|[\w./-]+\.(?:html?|py|txt|json|ya?ml|toml|tsx?|jsx?|md)")


#: Values inside values inside values: nobody writes more.
_MOST_PASSES = 8


def redact(text: str) -> str:
    """``text`` with every recognised secret replaced by ``[redacted]``; line count is kept.

    What is hidden may show that what surrounds it is a value as well, so a text that changed is looked at again.
    """
    for _ in range(_MOST_PASSES):
        hidden = _redacted(text)
        if hidden == text:
            break
        text = hidden
    return text


def _redacted(text: str) -> str:
    for marks, shape in _TOKENS:
        if _holds(text, marks):
            text = shape.sub(_hidden_lines, text)
    before, folded = text, _folded(text)
    if _holds(folded, ("bearer", "basic", "authorization")):
        text = _BEARER.sub(rf"\1{REDACTED}", text)
    if _holds(text, _EXPORTED_MARKS):
        text = _EXPORTED.sub(rf"\1{REDACTED}", text)
    if "://" in text and "@" in text:
        text = _URL_PASSWORD.sub(_hidden_userinfo, text)
    text = _without_named(text, folded if text == before else _folded(text))
    if _holds(folded, _PARAMETER_MARKS):
        text = _PARAMETER.sub(_hidden_parameter, text)
    if _holds(folded, ("identified", "with password", "encrypted password", "set password")):
        text = _SQL.sub(_hidden_plain, text)
    if _holds(folded, _OPTION_MARKS):
        text = _OPTION.sub(_hidden_option, text)
    return text


def _folded(text: str) -> str:
    """``text`` with ASCII letters in lower case, each at its place."""
    return text.lower() if text.isascii() else text.translate(_LOWER)


def _without_named(text: str, folded: str) -> str:
    """``text`` without the values of names that say they are secret."""
    pieces: list[str] = []
    at = 0
    for found in _NAME.finditer(folded):
        if found.start() < at or (sure := _sure(folded, found)) is None:
            continue
        if span := _value_at(text, found.end(), sure=sure):
            pieces += (text[at : span[0]], REDACTED)
            at = span[1]
    return "".join((*pieces, text[at:])) if pieces else text


def _sure(folded: str, found: re.Match[str]) -> bool | None:
    """Whether what is assigned to a name is a secret in any case; ``None``: it is none."""
    before = BEFORE.get(found.group())
    if before is None:
        return True
    start = folded[max(0, found.start() - 13) : found.start()]
    if before[0].search(start):
        return True
    return False if before[1].search(start) else None


def _value_at(text: str, at: int, *, sure: bool) -> tuple[int, int] | None:
    """Where the secret value of a name stands that ends at ``at``."""
    if found := _ASSIGNED.match(text, at):
        value = found["value"]
        plain = sure and not ABOUT.search(found["rest"])
        hidden = not _is_placeholder(value) and (plain or (_is_random(value) and len(value) >= 16))
    elif found := _GIVEN.match(text, at):
        value = found["value"]
        hidden = not _is_placeholder(value) and _is_random(value)
    elif found := _BARE.match(text, at):
        value = found["value"]
        hidden = _is_written(value) and not ABOUT.search(found["rest"]) and not _is_placeholder(value)
        hidden = hidden and (sure or _is_random(value))
    elif found := (_ELEMENT.match(text, at) if sure else None):
        hidden = not _is_placeholder(found["value"])
    else:
        return None
    return found.span("value") if hidden else None


def _holds(text: str, marks: Iterable[str]) -> bool:
    return any(mark in text for mark in marks)


def _hidden_lines(match: re.Match[str]) -> str:
    return _LINE.sub(REDACTED, match.group())


def _hidden_parameter(match: re.Match[str]) -> str:
    sure = match["strong"].lower() not in ("token", "sig", "signature")
    return _hidden_plain(match) if sure or _is_random(match["value"]) else match.group()


def _hidden_plain(match: re.Match[str]) -> str:
    return match.group() if _is_placeholder(match["value"]) else f"{match['between']}{REDACTED}"


def _hidden_option(match: re.Match[str]) -> str:
    return _hidden_plain(match) if _is_written(match["value"]) else match.group()


def _hidden_userinfo(match: re.Match[str]) -> str:
    alone = match["between"].endswith("//")
    if alone and not (_is_random(match["value"]) and len(match["value"]) >= 16):
        return match.group()
    return _hidden_plain(match)


def _is_placeholder(value: str) -> bool:
    """Whether a value keeps nobody out: a placeholder, an interpolation, a path, a sentence about a secret."""
    if value == REDACTED or len(set(value)) <= 2 or _INTERPOLATED.search(value) or PLACEHOLDER.fullmatch(value[:80]):
        return True
    if _DATE.fullmatch(value) or (_ORDINARY.fullmatch(value) and not _is_random(value)):
        return True
    spoken = len(value.split()) >= 3
    return spoken and (value.rstrip().endswith((".", "?", "!", ":", "…")) or bool(_OF_ITSELF.search(value)))


def _is_random(value: str) -> bool:
    """Whether a value looks drawn by lot: it goes to and fro between kinds of characters, and holds digits."""
    runs = _CLASSES.findall(value)
    return len(_DIGITS.findall(value)) >= 2 and len(runs) >= 5 and len(set(value)) >= 6


def _is_written(value: str) -> bool:
    """Whether a value without quotes is no name of something: several numbers in it, or signs that names lack."""
    digits = len(_DIGITS.findall(value))
    odd = any(each in "!@#%^*+/=~?|" for each in value)
    letters = any(each.isalpha() for each in value)
    return letters and (digits >= 2 or (digits >= 1 and odd)) and "::" not in value and "://" not in value
