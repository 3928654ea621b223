"""The server's key: made once, kept to its owner, replaced without breaking what was made before."""

import base64
import stat
import threading
from pathlib import Path

import pytest

from trends.errors import SettingsError
from trends.server_key import ServerKey, read_server_key

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))


def key(*words: str) -> ServerKey:
    return read_server_key({"TRENDS_SERVER_KEY": " ".join(words)}, own_file=None)


def test_signature_holds_for_its_text_and_purpose_alone() -> None:
    signature = key(NEW).sign("share", "a")
    assert key(NEW).holds("share", "a", signature)
    assert not key(NEW).holds("share", "b", signature)
    assert not key(NEW).holds("other", "a", signature)
    assert not key(OLD).holds("share", "a", signature)
    for forged in ("", signature[:-1], f"{signature}=", "한글", "\ud800"):
        assert not key(NEW).holds("share", "a", forged)


def test_what_was_sealed_is_opened_for_its_purpose_alone() -> None:
    sealed = key(NEW).seal("endpoint", "비밀")
    assert key(NEW).unseal("endpoint", sealed) == "비밀"
    assert key(NEW).seal("endpoint", "비밀") != sealed
    for wrong, purpose in ((key(OLD), "endpoint"), (key(NEW), "other")):
        with pytest.raises(SettingsError, match="cannot be read"):
            wrong.unseal(purpose, sealed)


@pytest.mark.parametrize("damage", ["", "A", "====", "한", "AAAA" * 20])
def test_what_was_damaged_is_not_opened(damage: str) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        key(NEW).unseal("endpoint", damage)


def test_key_is_replaced_without_breaking_what_was_made_before() -> None:
    signature, sealed = key(OLD).sign("share", "a"), key(OLD).seal("endpoint", "s")
    both = key(NEW, OLD)
    assert both.holds("share", "a", signature)
    assert both.unseal("endpoint", sealed) == "s"
    assert key(NEW).holds("share", "a", both.sign("share", "a"))


def test_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "server.key"
    signatures: list[str] = []

    def start() -> None:
        signatures.append(read_server_key({}, own_file=file).sign("share", "a"))

    threads = [threading.Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(signatures) == 8
    assert len(set(signatures)) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["server.key"]


def test_key_may_stand_in_a_file_with_its_line_end(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_text(f"{NEW}\n")
    found = read_server_key({"TRENDS_SERVER_KEY_FILE": str(file)}, own_file=None)
    assert found.sign("share", "a") == key(NEW).sign("share", "a")


@pytest.mark.parametrize("text", ["short", "AAAA", "한글", f"{NEW} short"])
def test_what_is_no_key_is_refused_without_showing_it(text: str) -> None:
    with pytest.raises(SettingsError, match="openssl rand") as raised:
        key(text)
    assert text not in str(raised.value)


def test_missing_key_is_told_when_one_is_needed() -> None:
    none = read_server_key({}, own_file=None)
    for use in (
        lambda: none.sign("share", "a"),
        lambda: none.holds("share", "a", "b"),
        lambda: none.seal("endpoint", "a"),
    ):
        with pytest.raises(SettingsError, match="TRENDS_SERVER_KEY"):
            use()


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nowhere"):
        read_server_key({"TRENDS_SERVER_KEY_FILE": str(tmp_path / "nowhere")}, own_file=None)
