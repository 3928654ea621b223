"""Channels by name. To add one: a file beside this one, and a line here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from trends.errors import UnknownNameError
from trends.notify.base import Channel
from trends.notify.log import LogChannel


@dataclass(frozen=True)
class ChannelPlaces:
    """What channels need to know of the process they run in.

    Attributes:
        logs: Folder of log files.
    """

    logs: Path


def _log(places: ChannelPlaces) -> Channel:
    return LogChannel(places.logs)


CHANNELS: dict[str, Callable[[ChannelPlaces], Channel]] = {"log": _log}


def create(name: str, places: ChannelPlaces) -> Channel:
    """Make a channel.

    Raises:
        UnknownNameError: No such channel; names the near one.
    """
    if name not in CHANNELS:
        kind = "channel"
        raise UnknownNameError(kind, name, CHANNELS)
    return CHANNELS[name](places)


def create_all(names: Iterable[str], places: ChannelPlaces) -> tuple[Channel, ...]:
    """Make several channels, in order.

    Raises:
        UnknownNameError: One of them does not exist.
    """
    return tuple(create(name, places) for name in names)
