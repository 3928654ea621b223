"""The settings of a process that goes on: read anew when files or overrides change, and swapped as a whole.

Readers see one frozen `Settings` or the next, never a mixture: everything is made beside what is in force, checked,
and put in its place by one assignment. What fails leaves everything as it was.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, cast

import watchfiles

from trends.errors import TrendsError
from trends.settings import Settings, load_settings_and_origins
from trends.settings_layers import (
    BASE_FILE,
    config_folder,
    packaged_folder,
    select_environment,
)
from trends.settings_reload import take_over
from trends.telemetry import get_logger

# Editors write in several steps; what follows within so many milliseconds belongs to the same change.
DEBOUNCE_MS = 50
STEP_MS = 20
# How long a folder that cannot be watched is left alone.
REST_SECONDS = 5.0

_log = get_logger(__name__)


@dataclass(frozen=True)
class Overridden:
    """What people have set while processes ran.

    Attributes:
        version: Counts changes from 1; 0 while there was none.
        values: Value by name with dots.
    """

    version: int = 0
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def place(self) -> str:
        """What to call them where it is told where a setting was written."""
        return f"trends config set (version {self.version})"


class OverrideStore(Protocol):
    """Where overrides are; `trends.storage.setting_versions.SettingVersions` is the real one."""

    async def version(self) -> int:
        """Tell the version in force.

        Raises:
            StorageError: The database failed.
        """
        ...

    async def overridden(self) -> Overridden:
        """Read what is in force.

        Raises:
            StorageError: The database failed.
        """
        ...


@dataclass(frozen=True)
class Loaded:
    """What a process runs with.

    Attributes:
        settings: In force.
        origins: Where each was written, by name.
        overridden: The overrides among them.
        waiting: Names of settings that were changed, and wait for the next start.
        failure: Why the newest were not taken over; empty where they were.
        swaps: How often others have come into force since the start.
        files: How the files stood that they were read from.
    """

    settings: Settings
    origins: Mapping[str, str]
    overridden: Overridden = field(default_factory=Overridden)
    waiting: tuple[str, ...] = ()
    failure: str = ""
    swaps: int = 0
    files: tuple[object, ...] = ()


class LiveSettings:
    """Settings in force, kept up to date.

    Args:
        environ: Environment variables, which go before all else.
        config_dir: Folder of the YAML files; else as `load_settings` finds it.
        overrides: Where overrides are; None where there are none.
        check: Refuses settings that are right in themselves and cannot be used; runs on a thread.

    Raises:
        SettingsError: The settings cannot be loaded.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        config_dir: Path | None = None,
        *,
        overrides: OverrideStore | None = None,
        check: Callable[[Settings], object] = lambda _: None,
    ) -> None:
        self._environ = environ
        self._config_dir = config_dir
        self._overrides = overrides
        self._check = check
        self._listeners: list[Callable[[Settings], object]] = []
        self._reloading = asyncio.Lock()
        self._unreachable = ""
        self._seen = 0
        files = self._fingerprint()
        settings, origins = load_settings_and_origins(environ, config_dir)
        # As the process began: what is restart-only stays as it is here.
        self._started = settings
        self._loaded = Loaded(settings, origins, files=files)

    @property
    def current(self) -> Settings:
        """Those that hold now."""
        return self._loaded.settings

    @property
    def loaded(self) -> Loaded:
        """Those that hold now, and how they came."""
        return self._loaded

    def use(self, overrides: OverrideStore, check: Callable[[Settings], object]) -> None:
        """Name where overrides are, and what refuses settings: the database is opened after its settings are read."""
        self._overrides = overrides
        self._check = check

    def tell(self, listener: Callable[[Settings], object]) -> None:
        """Have something told, in the event loop, after settings were swapped: what must act, not only read."""
        self._listeners.append(listener)

    def trial(self, values: Mapping[str, Any], place: str) -> Settings:
        """Make the settings as other overrides would make them, and put nothing in force. Reads files.

        Raises:
            UnknownNameError: An override names no setting; names the near one.
            SettingsError: They would not do.
        """
        settings, _ = load_settings_and_origins(self._environ, self._config_dir, values, place)
        settings, _ = take_over(self._started, settings)
        self._check(settings)
        return settings

    async def refresh(self) -> bool:
        """Read files and overrides, and put them in force if they are right; tells whether anything was swapped.

        What fails is logged once, kept in `loaded.failure`, and leaves what is in force as it was.
        """
        async with self._reloading:
            before = self._loaded
            overridden = await self._read_overrides(before.overridden)
            files = await asyncio.to_thread(self._fingerprint)
            try:
                after = await asyncio.to_thread(self._load, overridden, files)
            except TrendsError as error:
                self._fail(str(error), files)
                return False
            except Exception as error:  # noqa: BLE001  # whatever a file can do to a reader, the process goes on
                self._fail(f"{type(error).__name__}: {error}", files)
                return False
            return self._swap(before, after)

    def _load(self, overridden: Overridden, files: tuple[object, ...]) -> Loaded:
        settings, origins = load_settings_and_origins(
            self._environ, self._config_dir, overridden.values, overridden.place
        )
        settings, waiting = take_over(self._started, settings)
        self._check(settings)
        return Loaded(settings, origins, overridden, waiting, files=files)

    def _swap(self, before: Loaded, after: Loaded) -> bool:
        changed = before.settings != after.settings
        self._loaded = replace(after, swaps=before.swaps + changed)
        if before.failure:
            _log.info("settings.mended")
        if after.waiting and after.waiting != before.waiting:
            _log.warning("settings.restart_needed", settings=list(after.waiting))
        if changed:
            _log.info(
                "settings.changed",
                revision=after.settings.revision,
                overrides=after.overridden.version,
            )
            self._tell(after.settings)
        return changed

    def _tell(self, settings: Settings) -> None:
        for listener in self._listeners:
            try:
                listener(settings)
            except Exception:  # noqa: BLE001  # said in the log; the others are told all the same
                _log.exception("settings.listener_failed")

    def _fail(self, why: str, files: tuple[object, ...]) -> None:
        if why != self._loaded.failure:
            _log.error("settings.refused", reason=why)
        # How the files stand is noted, so that only another change is a reason to look again.
        self._loaded = replace(self._loaded, failure=why, files=files)

    async def _read_overrides(self, known: Overridden) -> Overridden:
        if self._overrides is None:
            return known
        try:
            found = await self._overrides.overridden()
        except TrendsError as error:
            self._cannot_reach(str(error))
            return known
        self._unreachable = ""
        # Also where they cannot be used: only others are a reason to look again.
        self._seen = found.version
        return found

    def _cannot_reach(self, why: str) -> None:
        if not self._unreachable:
            _log.warning("settings.overrides_unreachable", reason=why)
        self._unreachable = why

    async def follow(self) -> None:
        """Keep up with files and overrides until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll())
            if self.current.reload.watch:
                tasks.create_task(self._watch())

    async def _watch(self) -> None:
        while True:
            try:
                folder = config_folder(self._environ, self._config_dir)
                # The folder, not the files: editors and ConfigMaps put another file in a file's place.
                async for _ in _changes_in(folder):
                    await self.refresh()
            except (OSError, TrendsError, RuntimeError) as error:
                # The poll below still sees changes, later.
                _log.warning("settings.not_watched", reason=str(error))
            await asyncio.sleep(REST_SECONDS)

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(self.current.reload.poll_seconds)
            if await self._overrides_differ() or await self._files_differ():
                await self.refresh()

    async def _overrides_differ(self) -> bool:
        if self._overrides is None:
            return False
        try:
            version = await self._overrides.version()
        except TrendsError as error:
            self._cannot_reach(str(error))
            return False
        self._unreachable = ""
        return version != self._seen

    async def _files_differ(self) -> bool:
        """Whether files are others than those read: folders of other machines tell nobody that they changed."""
        if not self._started.reload.watch:
            return False
        return await asyncio.to_thread(self._fingerprint) != self._loaded.files

    def _fingerprint(self) -> tuple[object, ...]:
        try:
            folder = config_folder(self._environ, self._config_dir)
            name = f"{select_environment(self._environ)}.yaml"
        except TrendsError as error:
            return (str(error),)
        return tuple(
            _stamp(file)
            for file in (packaged_folder() / BASE_FILE, folder / BASE_FILE, folder / name)
        )


def _changes_in(folder: Path) -> AsyncGenerator[object]:
    # One of its optional arguments has a type of a package that is not there.
    watch = cast("Callable[..., AsyncGenerator[object]]", cast("Any", watchfiles).awatch)
    return watch(folder, watch_filter=None, debounce=DEBOUNCE_MS, step=STEP_MS, recursive=False)


def _stamp(file: Path) -> object:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


@asynccontextmanager
async def following(live: LiveSettings) -> AsyncGenerator[None]:
    """Keep settings up to date for the length of the block."""
    task = asyncio.create_task(live.follow())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
