"""Speaking to a model: requests, streams, failures. Knows no code, no workspace and no prompt wording.

Main types: ``ModelRequest``, ``StreamEvent``, ``ModelResponse``, ``ModelError`` (``messages.py``), ``Provider``
(``provider.py``). ``registry.py`` lists the providers.
"""
