"""``python -m sightline``: the same as the command ``sightline``."""

from sightline.cli.main import main

main()
