"""Who defines, uses and imports what, kept live under every keystroke.

Main types: ``FileFacts`` (``facts.py``, a pure function of bytes, language and extractor version), ``GraphView``
(``view.py``, an immutable snapshot of one revision), ``LiveGraph`` (``live.py``, the one writer). The room knows no
model, no prompt and no editor protocol.
"""
