"""`python -m ui` is the earmark command."""

from ui.cli import main

main()
