"""From a model's reply to a ``ChangeSet``: parsing, locating, applying to a snapshot. Pure; parsing never raises.

``parse.py`` reads a reply by the formats of ``registry.py`` into an ``EditProposal``; ``apply.py`` gives every edit
its file (``targets.py``) and its place (``locate.py``, ``apply_diff.py``) and answers with an ``AppliedProposal``;
``diff.py`` prints and reads unified diffs; ``instructions.py`` is what models are told. The room writes no file and
judges no edit.
"""
