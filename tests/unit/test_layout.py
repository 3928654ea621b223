"""Our top-level packages are ours alone: an installed one of the same name would shadow them."""

import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = "consumer-trend-agent"


def packaged_names() -> list[str]:
    """Top-level modules that the wheel ships."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    included: list[str] = project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    return sorted(name.removesuffix(".py") for name in included)


@pytest.mark.parametrize("name", packaged_names())
def test_no_dependency_ships_a_top_level_package_named_like_ours(name: str) -> None:
    owners = set(packages_distributions().get(name, [])) - {OURS}
    assert owners == set()


@pytest.mark.parametrize("name", ["workflows", "activities", "api", "worker"])
def test_the_promised_top_level_names_are_packaged(name: str) -> None:
    assert name in packaged_names()


@pytest.mark.parametrize(
    "name",
    ["pyproject.toml", "workflows", "activities", "api", "worker.py", "config", "tests", "deploy"],
)
def test_the_promised_top_level_names_exist(name: str) -> None:
    assert (ROOT / name).exists()
