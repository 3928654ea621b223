"""The way to language models: one gateway, several providers, one log of what was answered."""
