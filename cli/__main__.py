"""`python -m cli` is `trends`."""

from cli.entry import main

if __name__ == "__main__":
    main()
