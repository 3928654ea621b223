"""A channel's secrets: written down in place, or where `secret://` says."""

from collections.abc import Callable

from pydantic import BaseModel, SecretStr

from trends.errors import SecretError, SettingsError
from trends.secrets.reference import is_reference

# Gives what a setting means, itself or what it refers to; None where there is none. Blocks: a store may take seconds.
ReadSecret = Callable[[SecretStr], SecretStr | None]


def read_secret(name: str, settings: BaseModel, key: str, read: ReadSecret) -> SecretStr:
    """Read one secret of a channel.

    Args:
        name: The channel's name.
        settings: How it is set up.
        key: Which of its settings.
        read: Reads secrets; `trends.secrets.Secrets.read` is the real one.

    Raises:
        SettingsError: It is missing. Names the channel, never what was found.
        SecretError: What it refers to cannot be read; names the reference.
        SecretUnavailableError: Its store does not answer.
    """
    written: SecretStr | None = dict(settings)[key]
    try:
        found = None if written is None else read(written)
    except SecretError as error:
        raise type(error)(
            f"The channel '{name}' cannot read its {key}.",
            why=" ".join(filter(None, (error.what, error.why))),
            next_step=error.next_step,
        ) from None
    text = "" if found is None else found.get_secret_value().strip()
    if not text:
        refers = written is not None and is_reference(written)
        why = f"Nothing stands in {written.get_secret_value()}." if written and refers else ""
        raise SettingsError(
            f"The channel '{name}' has no {key}.",
            why=why,
            next_step=f"Set notify.channels.{name}.{key}, best as a reference such as secret://env/NAME,"
            " and put it there.",
        )
    return SecretStr(text)
