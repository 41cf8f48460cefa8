"""What differs by language, as data: specs, queries and one small import resolver each.

``registry.py`` lists the languages. This room knows no workspace, no graph and no disk: a resolver names candidate
paths and somebody else looks whether they exist.
"""
