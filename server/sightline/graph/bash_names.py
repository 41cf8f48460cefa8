"""Bash's rules for names: one space of names for all that a shell has sourced."""

from __future__ import annotations

from sightline.graph.common_names import NameRules, common_rules, plain_type

BASH_RULES = common_rules(NameRules(type_name=plain_type, global_names=True))
