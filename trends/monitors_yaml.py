"""Monitors as YAML: for people to write, keep in version control, and bring in again.

    monitors:
      coffee-kr:
        title: 커피
        query: 커피 OR 카페
        market: KR
        watchlist:
          starbucks:
            group: coffee
            aliases: { ko: [스타벅스], en: [Starbucks] }
            excluded: [배틀스타]

Every value is read as the text that it is: `On` is a brand and `10:30` a time, not what YAML would take them for.
What is written out reads back as the same monitors.
"""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ValidationError

from trends.domain.monitors import MonitorDraft, MonitorSpec
from trends.domain.watchlist import Aliases, Entity
from trends.errors import InvalidRequestError, SettingsError, TooLargeError
from trends.yaml_files import KeyPath, broken_yaml, key_lines

MAX_BYTES = 1024 * 1024
MOST_MONITORS = 1_000
_MOST_TOLD = 10
_NEAR = 0.6
_TOP = "monitors"

Where = tuple[str | int, ...]


def write_monitors(specs: Sequence[MonitorSpec]) -> str:
    """Write monitors, each complete, in the order given."""
    import yaml

    return yaml.safe_dump(
        {_TOP: {spec.name: _as_written(spec) for spec in specs}},
        allow_unicode=True,
        sort_keys=False,
        width=120,
    )


def read_monitors(data: bytes, origin: str) -> tuple[MonitorDraft, ...]:
    """Read monitors as people write them.

    Args:
        data: UTF-8, with or without a byte order mark.
        origin: What to call it in messages, such as the file's name.

    Raises:
        InvalidRequestError: Not such a file. Names each line and what is wrong there; nothing of it is to be used.
        TooLargeError: Larger than anything that a person writes.
    """
    values, lines = _read(data, origin)
    problems = list(_unknown_keys(values))
    found = values.get(_TOP)
    if not isinstance(found, dict) or not found:
        raise InvalidRequestError(
            f"{origin} holds no monitors.",
            next_step=f"Write `{_TOP}:`, below it a name for each monitor, and below that its settings.",
        )
    monitors = cast("dict[str, Any]", found)
    if len(monitors) > MOST_MONITORS:
        raise TooLargeError(
            f"{origin} holds {len(monitors):,} monitors; at most {MOST_MONITORS:,} are brought in at once.",
            next_step="Split the file.",
        )
    drafts: list[MonitorDraft] = []
    for name, written in monitors.items():
        try:
            drafts.append(MonitorDraft.model_validate(_as_draft(name, written)))
        except ValidationError as error:
            problems += _wrong_values(error, name, written)
    if problems:
        raise _refused(origin, lines, problems)
    return tuple(drafts)


def _read(data: bytes, origin: str) -> tuple[Mapping[str, Any], Mapping[KeyPath, int]]:
    import yaml

    if len(data) > MAX_BYTES:
        raise TooLargeError(
            f"{origin} has {len(data):,} bytes; at most {MAX_BYTES:,} are read.",
            next_step="Split the file.",
        )
    file = Path(origin)
    try:
        text = data.decode("utf-8-sig")
        # An alias may stand for gigabytes.
        for event in _events(text):
            if isinstance(event, yaml.AliasEvent):
                raise InvalidRequestError(
                    f"{origin}:{event.start_mark.line + 1} refers to another place (*{event.anchor}).",
                    next_step="Write it out.",
                )
        lines = key_lines(file, yaml.BaseLoader(text).get_single_node())
        return yaml.load(text, yaml.BaseLoader), lines  # noqa: S506  # makes nothing but text, lists and dicts
    except UnicodeDecodeError as error:
        raise InvalidRequestError(
            f"{origin} is not UTF-8.", why=f"{error}.", next_step="Save it as UTF-8."
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise _told_again(broken_yaml(file, error)) from error
    except SettingsError as error:
        raise _told_again(error) from error


def _events(text: str) -> Iterator[Any]:
    import yaml

    yield from yaml.parse(text, yaml.BaseLoader)  # pyright: ignore[reportUnknownMemberType]  # its stubs leave the stream open


def _told_again(error: SettingsError) -> InvalidRequestError:
    return InvalidRequestError(error.what, why=error.why, next_step=error.next_step)


def _as_written(spec: MonitorSpec) -> dict[str, Any]:
    values = spec.model_dump(mode="json", exclude={"name", "watchlist"})
    if spec.watchlist:
        values["watchlist"] = {
            entity.name: entity.model_dump(mode="json", exclude={"name"}, exclude_defaults=True)
            for entity in spec.watchlist
        }
    return {key: value for key, value in values.items() if value not in (None, "", [])}


def _as_draft(name: str, written: Any) -> dict[str, Any]:
    if written in ("", None):
        return {"name": name}
    if not isinstance(written, dict):
        return {"name": name, "title": written}
    values = {**cast("dict[str, Any]", written), "name": name}
    watchlist: Any = values.get("watchlist")
    if isinstance(watchlist, dict):
        entities = cast("dict[str, Any]", watchlist)
        values["watchlist"] = [
            {**cast("dict[str, Any]", entity), "name": key}
            if isinstance(entity, dict)
            else {"name": key}
            for key, entity in entities.items()
        ]
    elif watchlist == "":
        values["watchlist"] = []
    return values


def _unknown_keys(values: Mapping[str, Any]) -> Iterator[tuple[KeyPath, str]]:
    yield from _unknown(values, (), (_TOP,))
    for name, monitor in _mappings(values.get(_TOP)):
        path = (_TOP, name)
        yield from _unknown(monitor, path, set(MonitorDraft.model_fields) - {"name"})
        for key, entity in _mappings(monitor.get("watchlist")):
            below = (*path, "watchlist", key)
            yield from _unknown(entity, below, set(Entity.model_fields) - {"name"})
            aliases = entity.get("aliases")
            if isinstance(aliases, dict):
                of = cast("dict[str, Any]", aliases)
                yield from _unknown(of, (*below, "aliases"), _fields(Aliases))


def _fields(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def _mappings(value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        for key, member in cast("dict[str, Any]", value).items():
            if isinstance(member, dict):
                yield key, cast("dict[str, Any]", member)


def _unknown(
    values: Mapping[str, Any], path: KeyPath, known: Sequence[str] | set[str]
) -> Iterator[tuple[KeyPath, str]]:
    for key in values:
        if key not in known:
            near = difflib.get_close_matches(key, sorted(known), n=1, cutoff=_NEAR)
            hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(sorted(known))}"
            yield (*path, key), f"unknown key; {hint}"


def _wrong_values(error: ValidationError, name: str, written: Any) -> Iterator[tuple[KeyPath, str]]:
    watchlist: Any = (
        cast("dict[str, Any]", written).get("watchlist") if isinstance(written, dict) else None
    )
    entities = list(cast("dict[str, Any]", watchlist)) if isinstance(watchlist, dict) else []
    for problem in error.errors(include_url=False):
        if problem["type"] == "extra_forbidden":
            continue
        where: Where = problem["loc"]
        path: list[str] = [_TOP, name]
        for place, part in enumerate(where):
            if part == "name" and place == len(where) - 1:
                continue
            at_entity = isinstance(part, int) and where[:1] == ("watchlist",) and place == 1
            path.append(entities[part] if at_entity and part < len(entities) else str(part))  # type: ignore[operator]
        yield tuple(path), str(problem["msg"])


def _refused(
    origin: str, lines: Mapping[KeyPath, int], problems: Sequence[tuple[KeyPath, str]]
) -> InvalidRequestError:
    told: list[str] = []
    for path, why in problems[:_MOST_TOLD]:
        at = next((path[:n] for n in range(len(path), 0, -1) if path[:n] in lines), ())
        place = f"{origin}:{lines[at]}" if at else origin
        told.append(f"{place} {'.'.join(path)}: {why}")
    more = len(problems) - len(told)
    return InvalidRequestError(
        f"{origin} has {len(problems)} {'thing' if len(problems) == 1 else 'things'} that cannot be.",
        why="; ".join(told) + (f"; and {more} more." if more else "."),
        next_step="Mend them; nothing was brought in.",
    )
