"""The credential that calls are sent with, and where it is found."""

import os
import stat
import tomllib
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any, cast

import httpx

from trends_client.errors import ProfileError

DEFAULT_PROFILE = "default"


class KeyAuth(httpx.Auth):
    """Sends a key or token with every call. Redirects are not followed, so it reaches the API's address alone."""

    def __init__(self, api_key: str | None) -> None:
        self._api_key = api_key

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Add the header."""
        if self._api_key:
            request.headers["Authorization"] = f"Bearer {self._api_key}"
        yield request


def find_api_key(
    base_url: str, given: str | None = None, environ: Mapping[str, str] = os.environ
) -> str | None:
    """Settle the credential for an address.

    In this order: what was given, TRENDS_API_KEY, the key of the profile whose `api_url` is this address. So a key of
    the file never reaches another address than its own.

    Raises:
        ProfileError: The profile file cannot be used, or what was found cannot be sent.
    """
    found = given or environ.get("TRENDS_API_KEY", "").strip() or _of_profile(base_url, environ)
    if found and not (found.isascii() and found.isprintable() and " " not in found):
        message = "The API key is not one: it has blanks, or characters beyond ASCII."
        raise ProfileError(message)
    return found


def profile_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """Read the address of the profile that TRENDS_PROFILE names; None where it names none.

    Raises:
        ProfileError: There is no such profile, or the file cannot be used.
    """
    name = environ.get("TRENDS_PROFILE")
    if not name:
        return None
    profiles = read_profiles(environ)
    if name not in profiles:
        known = ", ".join(sorted(profiles)) or "none"
        raise ProfileError(
            f"There is no profile '{name[:80]}' in {profile_file(environ)}. There are: {known}."
        )
    return profiles[name].get("api_url")


def default_profile_url(environ: Mapping[str, str] = os.environ) -> str | None:
    """Read the address of the profile `default`, where there is one.

    Raises:
        ProfileError: The file cannot be used.
    """
    return read_profiles(environ).get(DEFAULT_PROFILE, {}).get("api_url")


def profile_file(environ: Mapping[str, str]) -> Path:
    """Where profiles stand: TRENDS_PROFILE_FILE, else `trends/profiles.toml` below XDG_CONFIG_HOME or `~/.config`."""
    named = environ.get("TRENDS_PROFILE_FILE")
    if named:
        return Path(named)
    base = environ.get("XDG_CONFIG_HOME")
    return (Path(base) if base else Path.home() / ".config") / "trends" / "profiles.toml"


def read_profiles(environ: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Read all profiles by name; none where there is no file.

    Raises:
        ProfileError: It is no TOML of profiles, cannot be read, or others may read the keys in it.
    """
    try:
        file = profile_file(environ)
        with file.open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            content = tomllib.load(stream)
    except (FileNotFoundError, NotADirectoryError, RuntimeError):
        return {}  # RuntimeError: a user without a home
    except OSError as error:
        message = f"The profiles in {error.filename} cannot be read: {error.strerror}."
        raise ProfileError(message) from error
    except ValueError as error:
        message = f"{profile_file(environ)} is not TOML that can be read: {error}."
        raise ProfileError(message) from error
    profiles = {name: _texts(file, name, value) for name, value in content.items()}
    others = mode & (stat.S_IRWXG | stat.S_IRWXO)
    if others and any("api_key" in profile for profile in profiles.values()):
        message = f"{file} holds a key and other users may read it. Run: chmod 600 {file}"
        raise ProfileError(message)
    return profiles


def _of_profile(base_url: str, environ: Mapping[str, str]) -> str | None:
    for profile in read_profiles(environ).values():
        if profile.get("api_url", "").rstrip("/") == base_url and profile.get("api_key"):
            return profile["api_key"]
    return None


def _texts(file: Path, name: str, value: object) -> dict[str, str]:
    section = cast("dict[str, Any]", value) if isinstance(value, dict) else None
    if (
        section is None
        or not set(section) <= {"api_url", "api_key"}
        or not all(isinstance(each, str) for each in section.values())
    ):
        message = f"The profile '{name}' in {file} is not api_url and api_key, both as text."
        raise ProfileError(message)
    return cast("dict[str, str]", section)
