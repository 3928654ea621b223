"""Secrets that settings refer to: where each is, how it is read, and how long it is kept."""
