"""`python -m ui` is the earmark command."""

from ui.cli import main

if __name__ == "__main__":
    main()
