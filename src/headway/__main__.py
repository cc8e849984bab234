"""`python -m headway`."""

from headway.cli.main import entry

if __name__ == "__main__":
    entry()
