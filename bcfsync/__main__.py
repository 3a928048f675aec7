"""``python -m bcfsync``: the same as the command ``bcfsync``."""

from bcfsync.cli.main import main

main()
