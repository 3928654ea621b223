"""Where settings come from: a folder of YAML files, overrides and the environment, each layer laid over the one before."""

import contextlib
import difflib
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_origin

from trends.errors import SettingsError, UnknownNameError
from trends.yaml_files import KeyPath, YamlMapping, read_mapping

PREFIX = "TRENDS_"
# Variables with our prefix that are no settings: they say where things are before any setting is read.
OTHER_VARIABLES = frozenset(
    {
        "TRENDS_API_URL",
        "TRENDS_ARTIFACTS_URL",
        "TRENDS_CONFIG_DIR",
        "TRENDS_DATABASE_URL",
        "TRENDS_ENV",
        "TRENDS_SERVER_KEY",
        "TRENDS_SERVER_KEY_FILE",
        "TRENDS_STATE",
    }
)
ENVIRONMENTS = ("development", "staging", "production")
ALIASES = {"dev": "development", "stage": "staging", "prod": "production"}
BASE_FILE = "base.yaml"

# A section is a dict of its keys; a leaf is the type of its value.
Keys = Mapping[str, "Keys | type[Any] | Any"]


@dataclass(frozen=True)
class Layer:
    """Values of one origin.

    Attributes:
        values: Key path to value; sections are taken apart, lists are values.
        places: Key path to where it was written, for messages.
    """

    values: Mapping[KeyPath, Any]
    places: Mapping[KeyPath, str]


def select_environment(environ: Mapping[str, str]) -> str:
    """Choose the environment: TRENDS_ENV, else ENVIRONMENT, else development; dev, stage and prod are aliases.

    Raises:
        SettingsError: Unknown; names the near one.
    """
    variable = next((name for name in ("TRENDS_ENV", "ENVIRONMENT") if environ.get(name)), None)
    if variable is None:
        return ENVIRONMENTS[0]
    given = environ[variable].strip()
    name = ALIASES.get(given.lower(), given.lower())
    if name in ENVIRONMENTS:
        return name
    near = near_name(name, [*ENVIRONMENTS, *ALIASES])
    hint = f"Did you mean '{near}'?" if near else f"Known: {', '.join(ENVIRONMENTS)}."
    also = "" if variable == "TRENDS_ENV" else " TRENDS_ENV goes before ENVIRONMENT."
    raise SettingsError(
        f"Unknown environment '{given[:80]}' in {variable}.", next_step=f"{hint}{also}"
    )


def packaged_folder() -> Path:
    """Where the defaults lie: inside the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent
    installed = package / "packaged_config"
    return installed if installed.is_dir() else package.parent / "config"


def config_folder(environ: Mapping[str, str], config_dir: Path | None) -> Path:
    """Choose the folder: the one given, TRENDS_CONFIG_DIR, ./config if it holds settings, else the packaged one.

    Raises:
        SettingsError: The folder that was asked for is none.
    """
    named = config_dir or (Path(text) if (text := environ.get("TRENDS_CONFIG_DIR")) else None)
    if named is not None:
        if not named.is_dir():
            origin = "" if config_dir else " (TRENDS_CONFIG_DIR)"
            raise SettingsError(
                f"The configuration folder {named}{origin} does not exist.",
                next_step="Create it with one <environment>.yaml in it, or name another.",
            )
        return named
    here = Path("config")
    files = (BASE_FILE, *(f"{name}.yaml" for name in ENVIRONMENTS))
    return here if any((here / name).is_file() for name in files) else packaged_folder()


def file_layers(folder: Path, environment: str, keys: Keys) -> list[Layer]:
    """Read the packaged defaults, the folder's base.yaml over them, and its file of the environment.

    Raises:
        SettingsError: A file is absent or broken, is of another environment, or has an unknown key.
    """
    base = packaged_folder() / BASE_FILE
    files = [base]
    own = folder / BASE_FILE
    if own.is_file() and own.resolve() != base.resolve():
        files.append(own)
    layers = [_file_layer(read_mapping(file), keys) for file in files]
    file = folder / f"{environment}.yaml"
    if not file.is_file():
        raise SettingsError(
            f"{folder} has no {file.name}.",
            why=f"The environment is {environment}.",
            next_step=f"Write it (at least `environment: {environment}`), or set TRENDS_ENV.",
        )
    content = read_mapping(file)
    said = content.values.get("environment", environment)
    if said != environment:
        raise SettingsError(
            f"{content.place(('environment',))} is for the environment '{said}'.",
            why=f"{environment} was selected.",
            next_step=f"Write `environment: {environment}` if the file is right, or set TRENDS_ENV.",
        )
    values = {key: value for key, value in content.values.items() if key != "environment"}
    layers.append(_file_layer(YamlMapping(file, values, content.lines), keys))
    return layers


def environment_layer(environ: Mapping[str, str], keys: Keys) -> Layer:
    """Read TRENDS_SECTION__KEY variables; an empty one counts as not set.

    Raises:
        SettingsError: Unknown; names the near one.
    """
    values: dict[KeyPath, Any] = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in OTHER_VARIABLES or not environ[name].strip():
            continue
        path = tuple(name.removeprefix(PREFIX).lower().split("__"))
        leaf = _find(keys, path)
        if leaf is None or isinstance(leaf, dict):
            known = [_variable(each) for each in _leaves(keys)]
            near = near_name(name, [*known, *OTHER_VARIABLES])
            hint = f"Did you mean {near}?" if near else "Settings are named TRENDS_SECTION__KEY."
            raise SettingsError(f"Unknown setting {name} in the environment.", next_step=hint)
        values[path] = _typed(environ[name], leaf)
    return Layer(values=values, places={path: _variable(path) for path in values})


def near_name(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that somebody may have meant; None where none is near."""
    return next(iter(difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)), None)


def override_layer(overrides: Mapping[str, Any], place: str, keys: Keys) -> Layer:
    """Make a layer of values by name with dots, such as people set while processes run.

    Raises:
        UnknownNameError: There is no such setting; names the near one.
    """
    values: dict[KeyPath, Any] = {}
    for name, value in overrides.items():
        path = tuple(name.split("."))
        leaf = _find(keys, path)
        if leaf is None or isinstance(leaf, dict):
            kind = "setting"
            raise UnknownNameError(kind, name, [".".join(each) for each in _leaves(keys)])
        values[path] = value
    return Layer(values=values, places=dict.fromkeys(values, place))


def lay_over(layers: Iterable[Layer]) -> dict[str, Any]:
    """Lay the layers over each other, later ones winning key by key; a list is replaced as a whole.

    A new object each time: reloading one in place lets readers see it half loaded.
    """
    from dynaconf import Dynaconf

    # No loaders and no casts: the files are read strictly above, and `@` in a value is only a character.
    box: Any = Dynaconf(
        settings_files=[],
        core_loaders=[],
        loaders=[],
        envvar_prefix=None,
        environments=False,
        load_dotenv=False,
    )
    # Said afterwards: at its making, variables such as MERGE_ENABLED_FOR_DYNACONF win over arguments.
    for name in ("AUTO_CAST", "MERGE_ENABLED"):
        box.set(f"{name}_FOR_DYNACONF", False)
    sections = _nested({path: value for layer in layers for path, value in layer.values.items()})
    # Section by section: key by key it merges all that is there each time, and a reload took five times as long.
    for name, section in sections.items():
        box.set(name, section)
    plain = cast("dict[str, Any]", box.as_dict())
    return {key.lower(): value for key, value in plain.items() if key.lower() in sections}


def _nested(values: Mapping[KeyPath, Any]) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for path, value in values.items():
        section = whole
        for part in path[:-1]:
            section = cast("dict[str, Any]", section.setdefault(part, {}))
        section[path[-1]] = value
    return whole


def _typed(text: str, kind: Any) -> Any:
    """Read a variable as TOML (`8001`, `true`, `["a", "b"]`); a list may also be `a,b`, a mapping JSON."""
    if kind is str:
        return text
    if get_origin(kind) is Mapping:
        with contextlib.suppress(ValueError):
            return json.loads(text)
    from dynaconf.utils import parse_conf

    # dynaconf has no types
    read = cast("Callable[[str], Any]", cast("Any", parse_conf).parse_with_toml)
    value = read(text.strip().lower() if text.strip() in {"True", "False"} else text.strip())
    if get_origin(kind) is tuple and isinstance(value, str):
        return [part.strip() for part in value.split(",")]
    return value


def _file_layer(content: YamlMapping, keys: Keys) -> Layer:
    values: dict[KeyPath, Any] = {}
    _take_apart(content, content.values, (), keys, values)
    return Layer(values=values, places={path: content.place(path) for path in values})


def _take_apart(
    content: YamlMapping,
    section: Mapping[str, Any],
    above: KeyPath,
    keys: Keys,
    values: dict[KeyPath, Any],
) -> None:
    for key, value in section.items():
        path = (*above, key)
        if key not in keys:
            near = near_name(
                ".".join(path), [".".join(each) for each in _leaves_and_sections(keys, above)]
            )
            hint = f"Did you mean '{near}'?" if near else f"Known here: {', '.join(sorted(keys))}."
            raise SettingsError(
                f"{content.place(path)} has the unknown setting '{'.'.join(path)}'.", next_step=hint
            )
        below = keys[key]
        if not isinstance(below, dict):
            values[path] = value
        elif isinstance(value, dict):
            _take_apart(content, cast("dict[str, Any]", value), path, cast("Keys", below), values)
        elif value is not None:  # a section whose keys are all commented out is no mistake
            raise SettingsError(
                f"{content.place(path)} gives the section '{'.'.join(path)}' a plain value.",
                next_step=f"Its keys are {', '.join(sorted(cast('Keys', below)))}.",
            )


def _find(keys: Keys, path: KeyPath) -> Any:
    found: Any = keys
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return None
        found = cast("Any", found[part])
    return found


def _leaves(keys: Keys, above: KeyPath = ()) -> list[KeyPath]:
    found: list[KeyPath] = []
    for key, below in keys.items():
        path = (*above, key)
        found += _leaves(cast("Keys", below), path) if isinstance(below, dict) else [path]
    return found


def _leaves_and_sections(keys: Keys, above: KeyPath) -> list[KeyPath]:
    return [*((*above, key) for key in keys), *_leaves(keys, above)]


def _variable(path: KeyPath) -> str:
    return PREFIX + "__".join(path).upper()
