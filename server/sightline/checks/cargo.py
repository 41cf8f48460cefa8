"""What programs of cargo's need to work offline on a copy: folders lent, variables, and what its messages say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sightline.base.system import System


def cargo_variables(system: System, target: str) -> Mapping[str, str]:
    """Variables of a run that builds in the folder ``target``."""
    cargo, rustup = _homes(system)
    return {
        "CARGO_HOME": cargo, "RUSTUP_HOME": rustup, "RUSTUP_AUTO_INSTALL": "0", "CARGO_TERM_COLOR": "never",
        "CARGO_TARGET_DIR": target, "CARGO_INCREMENTAL": "0",
    }  # fmt: skip


def cargo_folders(system: System) -> Sequence[str]:
    """Its programs, its registries and its toolchains, without the credentials that lie beside them."""
    cargo, rustup = _homes(system)
    return (f"{cargo}/bin", f"{cargo}/registry", f"{cargo}/git", rustup)


def _homes(system: System) -> tuple[str, str]:
    environment = system.environment
    home = environment.get("HOME") or environment.get("USERPROFILE", "")
    return environment.get("CARGO_HOME") or f"{home}/.cargo", environment.get("RUSTUP_HOME") or f"{home}/.rustup"
