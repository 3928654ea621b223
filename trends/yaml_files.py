"""Read one YAML mapping strictly: the line of every key is known, and nothing is passed over in silence."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from trends.errors import SettingsError

if TYPE_CHECKING:
    from yaml import MappingNode, Node

KeyPath = tuple[str, ...]


@dataclass(frozen=True)
class YamlMapping:
    """A file's content.

    Attributes:
        file: Where it was read from.
        values: The mapping, plain dicts, lists and scalars.
        lines: Key path to the line it stands on, counted from 1.
    """

    file: Path
    values: Mapping[str, Any]
    lines: Mapping[KeyPath, int]

    def place(self, path: KeyPath) -> str:
        """Name file and line of a key, or of the nearest key above it."""
        for length in range(len(path), 0, -1):
            if (line := self.lines.get(path[:length])) is not None:
                return f"{self.file}:{line}"
        return str(self.file)


def read_mapping(file: Path) -> YamlMapping:
    """Read a file that holds one mapping.

    Raises:
        SettingsError: Absent, not UTF-8, not YAML, empty, not a mapping, or a key stands twice. Says the line.
    """
    import yaml

    try:
        text = file.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError(
            f"Cannot read {file}.",
            why=f"{error.strerror or error}.",
            next_step="Make it readable, or name another folder with TRENDS_CONFIG_DIR.",
        ) from error
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{file} is not UTF-8.", why=f"{error}.", next_step="Save it as UTF-8."
        ) from error
    # The one in C where there is one: ten times as fast, and every reload waits for it.
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
    try:
        node = loader.get_single_node()
        lines = key_lines(file, node)
        values = loader.construct_document(node)
    except yaml.YAMLError as error:
        raise broken_yaml(file, error) from error
    return YamlMapping(file=file, values=values, lines=lines)


def broken_yaml(file: Path, error: Exception) -> SettingsError:
    """Make the error of a text that is no YAML; says the line."""
    mark = getattr(error, "problem_mark", None)
    place = f"{file}:{mark.line + 1}" if mark else str(file)
    why = str(getattr(error, "problem", None) or error).rstrip(".")
    return SettingsError(
        f"{place} is not valid YAML.",
        why=f"{why}.",
        next_step="Mend that line; nothing was loaded.",
    )


def key_lines(file: Path, node: "Node | None") -> dict[KeyPath, int]:
    """Note the line of every key of a mapping, and of the mappings in it.

    Raises:
        SettingsError: There is nothing, it is no mapping, a key stands twice, or a mapping contains itself.
    """
    from yaml import MappingNode

    if node is None:
        raise SettingsError(
            f"{file} is empty.",
            why="An empty file would silently bring back the defaults.",
            next_step="Write its settings into it, or remove it.",
        )
    if not isinstance(node, MappingNode):
        raise SettingsError(
            f"{file}:{node.start_mark.line + 1} is not a mapping.",
            next_step="Write `section:` lines with keys below them.",
        )
    lines: dict[KeyPath, int] = {}
    _walk(file, node, (), lines, frozenset())
    return lines


def _walk(
    file: Path,
    node: "MappingNode",
    above: KeyPath,
    lines: dict[KeyPath, int],
    entered: frozenset[int],
) -> None:
    from yaml import MappingNode, ScalarNode

    # An alias may point at a mapping that contains it.
    if id(node) in entered:
        raise SettingsError(f"{file}:{node.start_mark.line + 1} refers to itself.")
    pairs = cast("list[tuple[Node, Node]]", node.value)
    for key, value in pairs:
        line = key.start_mark.line + 1
        if not isinstance(key, ScalarNode) or not key.tag.endswith((":str", ":merge")):
            raise SettingsError(
                f"{file}:{line} has a key that is not a word.", next_step="Put it in quotes."
            )
        path = (*above, str(key.value))
        if path in lines:
            raise SettingsError(
                f"{file}:{line} gives '{'.'.join(path)}' a second time.",
                why=f"It stands on line {lines[path]} already.",
                next_step="Keep one of the two.",
            )
        lines[path] = line
        if isinstance(value, MappingNode):
            _walk(file, value, path, lines, entered | {id(node)})
