"""How settings refer to a secret: `secret://STORE/NAME#KEY`."""

from dataclasses import dataclass

from pydantic import SecretStr

from trends.errors import SecretError
from trends.settings_fields import REFERENCE_SCHEME

STORES = ("env", "file", "vault", "aws")
_FORMS = {
    "env": "secret://env/NAME",
    "file": "secret://file/PATH, with an absolute path",
    "vault": "secret://vault/MOUNT/PATH#KEY",
    "aws": "secret://aws/NAME or secret://aws/NAME#KEY",
}


@dataclass(frozen=True)
class Reference:
    """Where a secret is.

    Attributes:
        text: As it was written; names the secret in messages.
        store: One of `STORES`.
        name: Variable, path or name there.
        key: Member of what is stored there; empty where it is the whole.
    """

    text: str
    store: str
    name: str
    key: str = ""


def is_reference(written: SecretStr | str) -> bool:
    """Whether a value says where a secret is, rather than being it."""
    return _plain(written).startswith(REFERENCE_SCHEME)


def read_reference(text: str) -> Reference:
    """Take a reference apart.

    Raises:
        SecretError: No such store, or not of the form that the store wants.
    """
    store, _, rest = text.removeprefix(REFERENCE_SCHEME).partition("/")
    if store not in STORES:
        raise SecretError(
            f"'{text[:200]}' names no store of secrets.",
            next_step=f"Known: {', '.join(_FORMS.values())}.",
        )
    name, hash_sign, key = rest.partition("#")
    if store in {"env", "file"}:
        # A path may have a number sign in it.
        name, hash_sign, key = rest, "", ""
    if store == "file":
        name = "/" + name.lstrip("/") if name.strip("/") else ""
    wrong = not name or (hash_sign and not key)
    if store == "vault":
        mount, _, path = name.partition("/")
        wrong = not (mount and path and key)
    if wrong:
        raise SecretError(
            f"'{text[:200]}' does not say which secret is meant.",
            next_step=f"Write {_FORMS[store]}.",
        )
    return Reference(text=text, store=store, name=name, key=key)


def _plain(written: SecretStr | str) -> str:
    return written.get_secret_value() if isinstance(written, SecretStr) else written
