"""``python -m procmaps``: the command line."""

from procmaps.cli import main

if __name__ == "__main__":
    main()
