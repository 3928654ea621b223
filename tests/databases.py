"""Empty SQLite databases of the newest schema: made once for a process, since making one takes longer than most tests."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

from trends.storage.migrate import migrate


@cache
def empty_database() -> Path:
    """The one that all others are copies of; nobody opens it."""
    file = Path(tempfile.mkdtemp(prefix="trends-tests-")) / "empty.db"
    atexit.register(shutil.rmtree, file.parent, ignore_errors=True)
    migrate(f"sqlite:///{file}")
    return file


def put_database(file: Path) -> str:
    """Put an empty one where none lies yet, and give its URL."""
    if not file.exists():
        shutil.copyfile(empty_database(), file)
    return f"sqlite:///{file}"
