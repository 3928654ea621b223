"""Strict YAML: every mistake is an error that says where it stands."""

from pathlib import Path

import pytest

from trends.errors import SettingsError
from trends.yaml_files import read_mapping


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "base.yaml"


def test_mapping_is_read_with_its_lines(file: Path) -> None:
    file.write_text("# 설정\napi:\n  port: 8000\n  hosts: [a, b]\n", encoding="utf-8")

    content = read_mapping(file)

    assert content.values == {"api": {"port": 8000, "hosts": ["a", "b"]}}
    assert content.lines == {("api",): 2, ("api", "port"): 3, ("api", "hosts"): 4}


@pytest.mark.parametrize(
    ("path", "line"), [(("api", "port"), 2), (("api", "other"), 1), (("api", "port", "x"), 2)]
)
def test_place_is_the_nearest_line(file: Path, path: tuple[str, ...], line: int) -> None:
    file.write_text("api:\n  port: 8000\n")

    assert read_mapping(file).place(path) == f"{file}:{line}"


def test_key_may_stand_again_in_another_section(file: Path) -> None:
    file.write_text("api:\n  port: 1\nengine:\n  port: 2\n")

    assert read_mapping(file).values == {"api": {"port": 1}, "engine": {"port": 2}}


def test_sections_may_be_shared_by_anchor(file: Path) -> None:
    file.write_text("a: &one\n  x: 1\nb:\n  <<: *one\n  y: 2\n")

    assert read_mapping(file).values == {"a": {"x": 1}, "b": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("api:\n  port: [8000\n", 3, "not valid YAML"),
        ("api:\n\tport: 8000\n", 2, "not valid YAML"),
        ("api: 1\n---\napi: 2\n", 2, "not valid YAML"),
        ("api: !!python/object:os.system {}\n", 1, "not valid YAML"),
        ("api:\n  port: 1\n  host: x\n  port: 2\n", 4, "'api.port' a second time"),
        ("api: 1\nb: 2\napi: 3\n", 3, "'api' a second time"),
        ("- api\n- engine\n", 1, "not a mapping"),
        ("just a sentence\n", 1, "not a mapping"),
        ("api:\n  on: 1\n", 2, "not a word"),
        ("8000: port\n", 1, "not a word"),
        ("a: &one\n  b: *one\n", 1, "refers to itself"),
    ],
)
def test_mistake_is_named_with_its_line(file: Path, text: str, line: int, message: str) -> None:
    file.write_text(text)

    with pytest.raises(SettingsError) as caught:
        read_mapping(file)

    assert f"{file}:{line} " in str(caught.value)
    assert message in str(caught.value)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "---\n"])
def test_empty_file_is_a_mistake(file: Path, text: str) -> None:
    file.write_text(text)

    with pytest.raises(SettingsError, match=r"empty|not a mapping"):
        read_mapping(file)


@pytest.mark.parametrize("data", [b"api: \xff\xfe\n", "api: 한글\n".encode("cp949")])
def test_other_encoding_is_named(file: Path, data: bytes) -> None:
    file.write_bytes(data)

    with pytest.raises(SettingsError, match="not UTF-8"):
        read_mapping(file)


def test_control_characters_are_named(file: Path) -> None:
    file.write_bytes(b"api: \x00\n")

    with pytest.raises(SettingsError, match=str(file)):
        read_mapping(file)


def test_absent_file_is_named(file: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        read_mapping(file)
