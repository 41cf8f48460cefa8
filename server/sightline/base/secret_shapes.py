"""Shapes of secrets, as data: the tokens that providers publish a prefix for, and the names that say "this is secret".

A shape stands beside the marks one of which a text must hold for it to match: most text holds none, and is passed
without trying any shape.
"""

from __future__ import annotations

import re

#: (marks, shape) of tokens that are known by how they begin. Every shape is bounded or a single run of characters, so
#: that no text takes more than linear time.
TOKENS = (
    # A key that is cut off (a trace, a diff, an example in prose) ends where its characters do.
    (("PRIVATE KEY", "-----BEGIN"), r"""-----BEGIN\ [A-Z0-9 ]{0,40}PRIVATE\ KEY(?:\ BLOCK)?-----
        (?:(?:(?!-----)[\s\S]){0,20000}?-----END\ [A-Z0-9 ]{0,40}PRIVATE\ KEY(?:\ BLOCK)?-----
          |(?:(?:\\[nr]|[\s"'+,;])*(?:[A-Za-z0-9+/=]{24,}|(?:Proc-Type|DEK-Info|Version|Comment):[^\r\n]*))*
           (?:(?:\\[nr]|\s)*[A-Za-z0-9+/=]{4,23}(?![^\s"'\\]))?)"""),
    (("AGE-SECRET-KEY-1",), r"\bAGE-SECRET-KEY-1[A-Z0-9]{40,}"),
    (("PuTTY-User-Key-File",), r"PuTTY-User-Key-File-\d:(?:(?!PuTTY-User)[\s\S]){0,8000}?Private-MAC:[^\r\n]*"),
    # OpenAI, Anthropic, OpenRouter, Langfuse; a digit tells them from names in kebab case.
    (("sk-", "pk-", "rk-"), r"\b(?:sk|pk|rk)-(?:(?=[A-Za-z_-]{0,256}[0-9])[A-Za-z0-9_-]{16,}|[A-Za-z]{20,})"),
    (("k_live_", "k_test_", "whsec_"), r"\b(?:(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9+/=]{24,})"),
    (("ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"),
     r"\bgh[pousr]_[A-Za-z0-9]{30,} | \bgithub_pat_[A-Za-z0-9_]{30,}"),
    (("glpat-", "gldt-", "glrt-", "glptt-", "glsoat-", "glcbt-", "glagent-"),
     r"\bgl(?:pat|dt|rt|ptt|soat|cbt|agent)-[A-Za-z0-9_.-]{16,}"),
    (("xox", "xapp-", "hooks.slack.com/"),
     r"""\bxox[abeoprs]-[A-Za-z0-9-]{10,} | \bxapp-\d-[A-Za-z0-9-]{20,}
       | hooks\.slack\.com/(?:services|workflows)/[\w/+-]{20,}"""),
    (("AKIA", "ASIA", "ABIA", "ACCA"), r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b"),
    (("AIza", "GOCSPX-", "ya29."),
     r"\bAIza[A-Za-z0-9_-]{30,} | \bGOCSPX-[A-Za-z0-9_-]{20,} | \bya29\.[A-Za-z0-9_-]{20,}"),
    (("hf_", "npm_", "pypi-", "dckr_", "rubygems_"),
     r"""\bhf_[A-Za-z0-9]{20,} | \bnpm_[A-Za-z0-9]{30,} | \bpypi-[A-Za-z0-9_-]{30,} | \bdckr_[po]at_[A-Za-z0-9_-]{20,}
       | \brubygems_[a-f0-9]{40,}"""),
    (("gsk_", "xai-", "pplx-", "r8_"),
     r"\bgsk_[A-Za-z0-9]{40,} | \b(?:xai|pplx)-[A-Za-z0-9]{40,} | \br8_[A-Za-z0-9]{32,}"),
    # JSON web tokens, with what is joined to them by hyphens: each run of characters is looked at from its start alone.
    (("eyJ",), r"""(?<![A-Za-z0-9_-])(?=[A-Za-z0-9_-]*?\beyJ[A-Za-z0-9_-]{10})
        [A-Za-z0-9_-]++\.eyJ[A-Za-z0-9_-]{10,}+\.[A-Za-z0-9_-]{10,}"""),
    (("SG.",), r"\bSG\.[A-Za-z0-9_-]{16,32}\.[A-Za-z0-9_-]{30,64}"),
    (("shp",), r"\bshp(?:at|ca|pa|ss)_[A-Fa-f0-9]{32}"),
    (("dop_v1_", "doo_v1_", "dor_v1_"), r"\bdo[opr]_v1_[a-f0-9]{64}"),
    (("hvs.", "hvb.", ".atlasv1."),
     r"\bhv[sb]\.[A-Za-z0-9_-]{20,} | \b[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    (("dapi", "dp.", "glsa_", "glc_", "lin_api_", "NRAK-", "PMAK-", "ATATT3", "sntry", "figd_", "dt0c01.", "sbp_",
      "tskey-"),
     r"""\bdapi[a-f0-9]{32} | \bdp\.(?:pt|st|ct|sa)\.[A-Za-z0-9._-]{32,} | \bglsa_[A-Za-z0-9_]{32,}
       | \bglc_[A-Za-z0-9+/=]{32,}
       | \blin_api_[A-Za-z0-9]{32,} | \bNRAK-[A-Z0-9]{20,} | \bPMAK-[a-f0-9-]{40,} | \bATATT3[A-Za-z0-9_=-]{60,}
       | \bsntry[su]_[A-Za-z0-9+/=_]{40,} | \bfigd_[A-Za-z0-9_-]{30,} | \bdt0c01\.[A-Z0-9]{24}\.[A-Z0-9]{60,}
       | \bsbp_[a-f0-9]{40} | \btskey-[a-z]+-[A-Za-z0-9-]{20,}"""),
    ((":AA",), r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{32,34}(?![\w-])"),  # Telegram bots
    (("discord",), r"discord(?:app)?\.com/api/webhooks/[0-9]{10,}/[\w-]{40,}"),
)  # fmt: skip

#: The last part of the names whose value may be a secret, in lower case.
NAMES = r"passw(?:or)?d|passphrase|(?<![a-z])pwd|secret|token|credentials?|key"
#: What must stand before two of them: for a value that is a secret whatever it looks like, placeholders apart; or for
#: one where it looks drawn by lot.
BEFORE = {
    "key": (
        re.compile(r"(?:api|access|private)[_-]?$"),
        re.compile(
            r"(?:account|consumer|encryption|license|master|service|session|shared|signing|storage|webhook)[_-]?$"
        ),
    ),
    "token": (re.compile(r"(?:auth|access|refresh|bearer)[_-]?$"), re.compile("")),
    "credential": (re.compile(r"\b\B"), re.compile("")),
    "credentials": (re.compile(r"\b\B"), re.compile("")),
}

#: After the name of a secret, words that say it is something about it: a label, a path, a rule.
ABOUT = re.compile(
    r"(?i)(?:^|[_.-]|(?<=[a-z0-9])(?=[A-Z]))(?:arn|attr(?:ibute)?|change|class|column|confirm|count|done|enabled|env|error"
    r"|expir\w*|file(?:name)?|field|form|format|help|hint|id|label|length|max|message|min|mismatch|mode|name|param(?:eter)?"
    r"|path|pattern|placeholder|policy|prefix|prompt|regexp?|required|reset|rules?|template|text|title|ttl|type|uri|url"
    r"|validat\w*|var(?:iable)?|version|view)(?:[_.-]|s?$|(?=[A-Z]))"
)

#: Values made of these words alone keep nobody out: they are what examples and tests write. No word is made of others,
#: and no text is two rows of them: what can be read in two ways takes time that doubles with each word.
WORDS = (
    "a|abc|admin|another|bar|baz|change|changed|client|cmd|dev|demo|development|dummy|empty|example"
    "|fake|field|foo|guest|hash|here|insecure|is|key|me|mismatch|missing|mock|my|new|no|none|not|null|old"
    "|or|other|pass|passwd|password|passwords|phrase|placeholder|please|pw|pwd|replace|root|sample|secret|secrets|sensitive"
    "|setting|settings|forbidden|hello|world|strong|complex|deprecated|option|simple|some|something|string|stub|super|test|tests|testing|the|this|token|top|undefined|use|usable"
    "|user|username|value|with|wrong|x++|your|api|auth|access|private|public|confirm|confirmation|required|optional|on"
    "|true|false|hidden|redacted|masked|encrypted|hashed|plain|bogus|good|bad|correct|valid|random|default|local|localhost"
    "|of|off(?!or)|for|to|in|be|it|do|at"
)
PLACEHOLDER = re.compile(rf"(?i)\W*(?:(?:{WORDS})[\s_.:!-]*)+[0-9]{{0,3}}\W*")
