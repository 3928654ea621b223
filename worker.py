"""The worker door: `python worker.py [--queues trends,trends-io,…]` hosts workflows and activities."""

from engine.host import main

if __name__ == "__main__":
    main()
