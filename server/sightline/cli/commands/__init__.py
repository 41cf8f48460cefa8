"""One file per command; ``cli/main.py`` lists them."""
