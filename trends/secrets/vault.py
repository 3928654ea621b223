"""HashiCorp Vault, its key-value store of version 2."""

from collections.abc import Callable
from typing import Any, cast

from trends.errors import SecretError
from trends.secrets.reference import Reference
from trends.secrets.stores import TIMEOUT_SECONDS, StoreDownError, member_of, no_secret


class VaultStore:
    """One Vault server.

    Args:
        url: Its address.
        token: Gives the token, read anew for each request: tokens are exchanged while the process runs.
        namespace: Where the server has namespaces; None for none.
    """

    def __init__(self, url: str, token: Callable[[], str | None], namespace: str | None) -> None:
        self._url = url
        self._token = token
        self._namespace = namespace

    def read(self, reference: Reference) -> str:
        """Read the newest version of a secret.

        Raises:
            SecretError: It is not there, or the token does not open it.
            StoreDownError: The server does not answer, is sealed or standing by.
        """
        if not self._url:
            raise no_secret(reference, "secrets.vault_url says nothing")
        try:
            from hvac import Client
            from hvac.exceptions import VaultError
            from requests.exceptions import RequestException
        except ImportError:
            raise _not_installed(reference) from None
        token = self._token()
        if not token:
            raise no_secret(reference, "There is no token for Vault in secrets.vault_token")
        mount, _, path = reference.name.partition("/")
        client: Any = Client(
            url=self._url, token=token, namespace=self._namespace, timeout=TIMEOUT_SECONDS
        )
        try:
            answer = client.secrets.kv.v2.read_secret_version(
                path=path, mount_point=mount, raise_on_deleted_version=True
            )
        except RequestException as error:
            why = f"Vault at {self._url} does not answer ({type(error).__name__})"
            raise StoreDownError(why) from None
        except VaultError as error:
            raise _refused(reference, error) from None
        finally:
            client.adapter.close()
        if not isinstance(answer, dict):
            why = f"Vault at {self._url} answers what is no JSON"
            raise StoreDownError(why)
        return member_of(reference, _data(reference, cast("dict[str, Any]", answer)))


def _refused(reference: Reference, error: Exception) -> SecretError | StoreDownError:
    from hvac import exceptions

    if isinstance(error, exceptions.InvalidPath):
        return no_secret(reference, "Vault has none there, or it was deleted")
    if isinstance(error, exceptions.Forbidden | exceptions.Unauthorized):
        return no_secret(reference, "Vault does not let the token read it")
    if isinstance(error, exceptions.InvalidRequest):
        return no_secret(reference, "Vault does not take the request: is its mount a KV store?")
    return StoreDownError(f"Vault cannot answer ({type(error).__name__})")


def _data(reference: Reference, answer: dict[str, Any]) -> dict[str, object]:
    outer = answer.get("data")
    inner = cast("dict[str, Any]", outer).get("data") if isinstance(outer, dict) else None
    if not isinstance(inner, dict):
        raise no_secret(reference, "Vault's answer is not that of a KV store of version 2")
    return cast("dict[str, object]", inner)


def _not_installed(reference: Reference) -> SecretError:
    return SecretError(
        f"The secret {reference.text} cannot be read.",
        why="The package hvac is not installed.",
        next_step="pip install 'consumer-trend-agent[vault]'",
    )
