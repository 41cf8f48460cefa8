"""Type checkers that users have: one file a program, listed in ``registry.py``. ``checks/type_check.py`` runs them."""
