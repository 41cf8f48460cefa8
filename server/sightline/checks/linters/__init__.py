"""Linters that users have: one file a program, listed in ``registry.py``. ``checks/external_lint.py`` runs them."""
