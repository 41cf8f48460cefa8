"""Two judgements on a file's name: may it enter a prompt, and may an edit of it be applied without a question.

Names only; what is written in a file is the business of ``base/redact.py``. Hand in the real name of a file
(``WorkspaceView.canonical``), or a link called ``notes.txt`` would lead around both.
"""

from __future__ import annotations

import re

from sightline.base.paths import WorkspacePath

_SECRET_NAMES = {
    "credentials": "credentials",
    ".credentials": "credentials",
    ".git-credentials": "stored git passwords",
    ".netrc": "stored passwords",
    "_netrc": "stored passwords",
    ".pgpass": "database passwords",
    ".my.cnf": "database passwords",
    ".mylogin.cnf": "database passwords",
    ".htpasswd": "password hashes",
    ".npmrc": "registry tokens",
    ".yarnrc.yml": "registry tokens",
    ".pypirc": "registry tokens",
    ".dockercfg": "registry tokens",
    ".dockerconfigjson": "registry tokens",
    ".s3cfg": "cloud keys",
    ".boto": "cloud keys",
    "kubeconfig": "cluster keys",
    "htpasswd": "password hashes",
    "shadow": "password hashes",
    "application_default_credentials.json": "cloud keys",
    "client_secret.json": "cloud keys",
    ".terraformrc": "registry tokens",
    "terraform.rc": "registry tokens",
    ".vault-token": "a vault token",
    ".vault_pass": "a vault password",
    ".vault_pass.txt": "a vault password",
    "master.key": "a master key",
}

_SECRET_EXTENSIONS = {
    "pem": "a key or certificate",
    "key": "a private key",
    "pfx": "a key store",
    "p12": "a key store",
    "jks": "a key store",
    "keystore": "a key store",
    "kdbx": "a password store",
    "kdb": "a password store",
    "ppk": "a private key",
    "p8": "a private key",
    "gpg": "encrypted data",
    "pgp": "encrypted data",
    "asc": "a key or signature",
    "tfstate": "infrastructure secrets",
    "tfvars": "infrastructure secrets",
    "ovpn": "network keys",
    "agekey": "a private key",
    "kubeconfig": "cluster keys",
    "mobileprovision": "signing keys",
    "keytab": "network keys",
}

#: Formats that hold values. A module called credentials.py is code: what it holds is judged by its content.
_DATA = "json|ya?ml|toml|ini|cfg|conf|config|properties|xml|csv|tsv|txt|plist|db|env|enc|bak|old|orig"

_SECRET_PATTERNS = (
    (re.compile(r"\.env(rc)?([._-].*)?|.+\.env(\.(local|development|production|staging|test))?|env\.(local|production)"),
     "environment secrets"),
    (re.compile(r"id_(rsa|dsa|ecdsa|ed25519)(_sk)?([._-].*)?"), "a private key"),
    (re.compile(r"\.?secrets?(\..+)?"), "secrets"),
    (re.compile(rf".*[._-]?(credentials?|secrets?|passwords?|passwd|api[_-]?keys?)\.({_DATA})(\.\w+)?"), "credentials"),
    (re.compile(r"service[_-]?account.*\.json|.*[-_]service[_-]?account.*\.json"), "cloud keys"),
    (re.compile(r".+\.tfstate\..+|.+\.auto\.tfvars\.json|.+\.tfvars\.json"), "infrastructure secrets"),
    (re.compile(r"ssh_host_.*_key|.+_(rsa|ed25519)"), "a private key"),
)  # fmt: skip

_SECRET_FOLDERS = {
    ".ssh": "keys of secure shell",
    ".gnupg": "a key ring",
    ".aws": "cloud keys",
    ".azure": "cloud keys",
    ".gcloud": "cloud keys",
    ".kube": "cluster keys",
    ".docker": "registry tokens",
    ".password-store": "a password store",
}

_CONFIRM_FOLDERS = {
    ".git": "git's own files can name programs to run",
    ".hg": "version control's own files can name programs to run",
    ".svn": "version control's own files can name programs to run",
    ".vscode": "editor settings and tasks run programs",
    ".idea": "editor settings and tasks run programs",
    ".devcontainer": "container settings run programs",
    ".github": "workflows run with the repository's rights",
    ".gitlab": "pipelines run with the repository's rights",
    ".circleci": "pipelines run with the repository's rights",
    ".buildkite": "pipelines run with the repository's rights",
    ".husky": "hooks run on the next commit",
    ".githooks": "hooks run on the next commit",
    ".sightline": "Sightline's own settings",
    ".claude": "settings of an assistant",
    ".cursor": "settings of an assistant",
    ".cargo": "build settings name programs to run",
    ".yarn": "the package manager runs what lies here",
}

_RUNS_ON_BUILD = "runs on the next build or install"
_CONFIRM_NAMES = {
    "package.json": "its scripts run on the next install",
    ".npmrc": "settings of the package manager",
    ".pnpmfile.cjs": _RUNS_ON_BUILD,
    ".yarnrc": "settings of the package manager",
    ".yarnrc.yml": "settings of the package manager",
    ".envrc": "runs when the folder is entered",
    ".gitattributes": "names filters that git runs",
    ".gitmodules": "names repositories that git fetches",
    ".gitlab-ci.yml": "pipelines run with the repository's rights",
    ".travis.yml": "pipelines run with the repository's rights",
    "azure-pipelines.yml": "pipelines run with the repository's rights",
    "bitbucket-pipelines.yml": "pipelines run with the repository's rights",
    "appveyor.yml": "pipelines run with the repository's rights",
    "jenkinsfile": "pipelines run with the repository's rights",
    ".pre-commit-config.yaml": "hooks run on the next commit",
    "lefthook.yml": "hooks run on the next commit",
    "makefile": _RUNS_ON_BUILD,
    "gnumakefile": _RUNS_ON_BUILD,
    "justfile": _RUNS_ON_BUILD,
    "taskfile.yml": _RUNS_ON_BUILD,
    "rakefile": _RUNS_ON_BUILD,
    "setup.py": _RUNS_ON_BUILD,
    "build.rs": _RUNS_ON_BUILD,
    "sitecustomize.py": "runs whenever Python starts",
    "usercustomize.py": "runs whenever Python starts",
    ".sightline.toml": "Sightline's own settings",
    "sightline.toml": "Sightline's own settings",
}
_CONFIRM_EXTENSIONS = {
    "pth": "runs whenever Python starts",
    "code-workspace": "editor settings and tasks run programs",
}


def is_protected(path: WorkspacePath) -> str | None:
    """What a file is suspected to hold ("a private key"); ``None`` for one that may enter a prompt."""
    *folders, name = path.relative.lower().split("/")
    for folder in folders:
        if folder in _SECRET_FOLDERS:
            return _SECRET_FOLDERS[folder]
    if name in _SECRET_NAMES:
        return _SECRET_NAMES[name]
    extension = name.rpartition(".")[2] if "." in name else ""
    if extension in _SECRET_EXTENSIONS:
        return _SECRET_EXTENSIONS[extension]
    return next((reason for pattern, reason in _SECRET_PATTERNS if pattern.fullmatch(name)), None)


def needs_confirmation(path: WorkspacePath) -> str | None:
    """Why an edit of a file must be confirmed on its own: something runs it later. ``None`` for ordinary files."""
    *folders, name = path.relative.lower().split("/")
    for folder in folders:
        if folder in _CONFIRM_FOLDERS:
            return _CONFIRM_FOLDERS[folder]
    if name in _CONFIRM_FOLDERS:  # ".git" as a file, or a link in the place of a folder
        return _CONFIRM_FOLDERS[name]
    if name in _CONFIRM_NAMES:
        return _CONFIRM_NAMES[name]
    return _CONFIRM_EXTENSIONS.get(name.rpartition(".")[2] if "." in name else "")
