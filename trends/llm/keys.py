"""Keys of providers, looked at before they are sent: one that was pasted with a newline is told apart from a wrong one."""

from trends.errors import ModelKeyError


def read_key(provider: str, key: str | None) -> str:
    """Give a key that can be a header.

    Raises:
        ModelKeyError: There is none, or it holds what no key holds. The message does not show it.
    """
    if not key:
        raise ModelKeyError(
            f"There is no key for the model provider '{provider}'.",
            next_step=f"Set llm.providers.{provider}.api_key, or what it refers to.",
        )
    wrong = _wrong(key)
    if wrong:
        raise ModelKeyError(
            f"The key for the model provider '{provider}' cannot be used.",
            why=f"It holds {wrong}.",
            next_step="Paste it again without anything around it.",
        )
    return key


def _wrong(key: str) -> str:
    if "\n" in key or "\r" in key:
        return "a line break"
    if any(character.isspace() for character in key):
        return "a blank"
    if not key.isprintable():
        return "a control character"
    return "" if key.isascii() else "a character that is not ASCII"
