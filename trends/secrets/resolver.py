"""Read the secrets that settings refer to, keep each for a while, and never show one."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from trends.errors import SecretError
from trends.secrets.reference import Reference, is_reference, read_reference
from trends.secrets.stores import (
    EnvironmentStore,
    FileStore,
    SecretStore,
    StoreDownError,
    no_answer,
    no_secret,
)
from trends.settings_sections import SecretSettings
from trends.telemetry import get_logger

# How long a store that does not answer is left alone: each look may take as long as its timeout.
REST_SECONDS = 5.0

_log = get_logger(__name__)


@dataclass
class _Kept:
    """What is known of one secret.

    Attributes:
        value: The last good one; None before there was one.
        due: When its store is to be asked again.
        down: Why its store did not answer the last time; empty when it did.
        lock: One look at a time: others wait for it and share what it finds.
    """

    value: SecretStr | None = None
    due: float = float("-inf")
    down: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class Secrets:
    """Reads secrets.

    Environment and files are read each time. Vault and AWS are asked once in `secrets.ttl_seconds`; while they do not
    answer, the last good secret serves. One that was taken away, or that this process may no longer read, is gone at
    the next look.

    Args:
        settings: Gives where the stores are, as it holds now.
        environ: Of this process.
        monotonic: Seconds that only go on.
    """

    def __init__(
        self,
        settings: Callable[[], SecretSettings],
        environ: Mapping[str, str],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._environ = environ
        self._monotonic = monotonic
        self._near: Mapping[str, SecretStore] = {
            "env": EnvironmentStore(environ),
            "file": FileStore(),
        }
        self._far: tuple[SecretSettings, dict[str, SecretStore]] | None = None
        self._kept: dict[str, _Kept] = {}
        self._guard = threading.Lock()

    async def resolve(self, written: SecretStr | str) -> SecretStr | None:
        """Give the secret that a setting means: itself, or what it refers to. None where there is none.

        Raises:
            SecretError: It cannot be read; names the reference.
            SecretUnavailableError: Its store does not answer, and never has.
        """
        if not is_reference(written):
            return self.read(written)
        return await asyncio.to_thread(self.read, written)

    def read(self, written: SecretStr | str) -> SecretStr | None:
        """Do as `resolve`, for callers on a thread: a store may take seconds.

        Raises:
            SecretError: It cannot be read; names the reference.
        """
        text = written.get_secret_value() if isinstance(written, SecretStr) else written
        if not is_reference(text):
            return SecretStr(text) if text else None
        reference = read_reference(text)
        store = self._near.get(reference.store)
        if store is not None:
            return SecretStr(found) if (found := store.read(reference)) else None
        settings, stores = self._stores()
        return self._keeping(reference, stores[reference.store], settings.ttl_seconds)

    def _keeping(
        self, reference: Reference, store: SecretStore, ttl_seconds: float
    ) -> SecretStr | None:
        with self._guard:
            kept = self._kept.setdefault(reference.text, _Kept())
        with kept.lock:
            if self._monotonic() < kept.due:
                return _good(reference, kept)
            try:
                found = SecretStr(store.read(reference))
            except SecretError:
                kept.value, kept.down, kept.due = None, "", float("-inf")
                raise
            except StoreDownError as error:
                self._rest(reference, kept, error.why)
                return _good(reference, kept)
            if kept.down:
                _log.info("secret.store_back", reference=reference.text)
            kept.value, kept.down = found, ""
            kept.due = self._monotonic() + ttl_seconds
            return found if found.get_secret_value() else None

    def _rest(self, reference: Reference, kept: _Kept, why: str) -> None:
        if not kept.down:
            # Once for each time that it goes away, not for each call that wants it.
            _log.warning(
                "secret.store_down",
                reference=reference.text,
                reason=why,
                last_good=kept.value is not None,
            )
        kept.down = why
        kept.due = self._monotonic() + REST_SECONDS

    def _stores(self) -> tuple[SecretSettings, dict[str, SecretStore]]:
        settings = self._settings()
        with self._guard:
            if self._far is None or self._far[0] != settings:
                from trends.secrets.aws import AwsStore
                from trends.secrets.vault import VaultStore

                # Elsewhere, the same names are other secrets.
                self._kept.clear()
                vault = VaultStore(
                    settings.vault_url,
                    lambda: self._token(settings),
                    self._environ.get("VAULT_NAMESPACE") or None,
                )
                aws = AwsStore(settings.aws_region, settings.aws_endpoint_url)
                self._far = settings, {"vault": vault, "aws": aws}
            return self._far

    def _token(self, settings: SecretSettings) -> str | None:
        token = settings.vault_token
        if is_reference(token):
            reference = read_reference(token.get_secret_value())
            if reference.store == "vault":
                raise no_secret(reference, "Vault's own token cannot lie in Vault")
        found = self.read(token)
        return None if found is None else found.get_secret_value().strip()


def _good(reference: Reference, kept: _Kept) -> SecretStr | None:
    if kept.value is None:
        raise no_answer(reference, kept.down)
    return kept.value if kept.value.get_secret_value() else None
