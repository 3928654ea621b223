"""The HTTP door: start runs, follow them, read their reports."""
