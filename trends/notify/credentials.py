"""Where a channel's secrets are read: in place, in an environment variable, or in a file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr

from trends.errors import SettingsError

MAX_BYTES = 64 * 1024


def read_secret(name: str, settings: BaseModel, key: str, environ: Mapping[str, str]) -> SecretStr:
    """Read one secret of a channel; `key`, `key_env` and `key_file` are looked at in this order.

    Raises:
        SettingsError: It is missing. Names the channel and where it was looked for, never what was found.
    """
    values: dict[str, Any] = dict(settings)
    given: SecretStr | None = values[key]
    variable, file = str(values[f"{key}_env"]), str(values[f"{key}_file"])
    if given is not None:
        text, place = given.get_secret_value(), f"notify.channels.{name}.{key}"
    elif variable:
        text, place = environ.get(variable, ""), f"the environment variable {variable}"
    elif file:
        text, place = _read(name, key, Path(file)), file
    else:
        raise SettingsError(
            f"The channel '{name}' has no {key}.",
            next_step=f"Set notify.channels.{name}.{key}_env, or {key}_file, or {key} itself.",
        )
    if not text.strip():
        raise SettingsError(
            f"The channel '{name}' has no {key}.",
            why=f"Nothing stands in {place}.",
            next_step="Put it there, or name another channel.",
        )
    return SecretStr(text.strip())


def _read(name: str, key: str, file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES).decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        # An error of decoding quotes the bytes: only that it is no text is said.
        why = error.strerror if isinstance(error, OSError) else "It is not UTF-8 text"
        raise SettingsError(
            f"The channel '{name}' has no {key}.",
            why=f"{file} cannot be read: {why}.",
            next_step="Make it readable for this process, or name another file.",
        ) from None
