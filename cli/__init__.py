"""The command line: `trends`. Talks to the HTTP API; only `up`, `demo`, `doctor` and `migrate` load what runs the stack."""
