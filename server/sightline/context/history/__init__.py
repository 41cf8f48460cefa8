"""What past commits of the workspace say about a task: which files and definitions commits like it changed.

``reading.py`` asks git (trusted workspaces only), ``index.py`` answers questions, ``live.py`` keeps both up to date.
"""
