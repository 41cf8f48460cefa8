"""Which names are taken for secrets, and which edits are asked about."""

import pytest

from sightline.base.paths import WorkspacePath
from sightline.workspace.protected import is_protected, needs_confirmation


def words(text: str) -> list[str]:
    return text.split()


SECRET = words("""
.env .env.local .env.production config/.env .envrc prod.env.local server.pem deploy.key id_rsa id_ed25519 id_rsa.pub
.ssh/config credentials aws/credentials credentials.json credentials.yaml .npmrc .netrc .pypirc app.pfx store.p12
kubeconfig admin.kubeconfig .kube/config secrets.yaml secrets.py Secrets.toml .secrets secret.txt db-password.txt
service-account.json my_service_account_key.json terraform.tfstate terraform.tfstate.backup prod.auto.tfvars
.htpasswd api_keys.json .git-credentials .aws/config .docker/config.json .ENV ID_RSA .vault_pass.txt
""")

OPEN = words("""
a.py environment.py env.py .environment/a.py src/keys.py keyboard.ts monkey.js credentials.py credentialsProvider.ts
authentication.md README.md package.json tsconfig.json key.py src/pem.ts secretary.py tokens.css password_validation.py
docs/secrets-management.md public/index.html idrsa.txt .gitignore Makefile
""")

ASKED = words("""
.git/hooks/pre-commit .git/config sub/.git/config .vscode/tasks.json .github/workflows/test.yml .gitlab-ci.yml
.envrc package.json web/package.json .sightline/settings.toml Makefile .pre-commit-config.yaml .husky/pre-commit
.devcontainer/devcontainer.json Jenkinsfile .circleci/config.yml my.code-workspace site/evil.pth .idea/workspace.xml
.GITHUB/workflows/x.yml setup.py .git
""")

PLAIN = words("a.py src/main.ts README.md docs/guide.md tests/conftest.py github/a.py package.py pyproject.toml")


@pytest.mark.parametrize("name", SECRET)
def test_secret(name: str) -> None:
    assert is_protected(WorkspacePath("/w", name))


@pytest.mark.parametrize("name", OPEN)
def test_open(name: str) -> None:
    assert is_protected(WorkspacePath("/w", name)) is None


@pytest.mark.parametrize("name", ASKED)
def test_asked(name: str) -> None:
    assert needs_confirmation(WorkspacePath("/w", name))


@pytest.mark.parametrize("name", PLAIN)
def test_plain(name: str) -> None:
    assert needs_confirmation(WorkspacePath("/w", name)) is None


def test_the_root_does_not_matter() -> None:
    assert is_protected(WorkspacePath("/home/u/.ssh", "a.py")) is None, "a root was opened on purpose"
