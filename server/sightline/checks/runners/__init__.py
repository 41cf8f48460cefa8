"""Programs that run tests: one file a runner, listed in ``registry.py``. ``checks/tests.py`` decides what they run."""
