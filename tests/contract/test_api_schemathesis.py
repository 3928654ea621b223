"""Every operation of the OpenAPI document holds what the document says, whatever is sent to it."""

from pathlib import Path

from benchmarks.contract import try_everything


async def test_every_operation_keeps_its_word(tmp_path: Path) -> None:
    # Not the fuzzing: `python -m benchmarks.contract` does that, too, and takes twice as long.
    found = await try_everything(tmp_path, "examples,coverage")
    assert found.failures == 0, found.said
    assert found.operations > 60
    assert found.cases > 1_000
