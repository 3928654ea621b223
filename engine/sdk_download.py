"""Download the Temporal development server into a folder: `python -m engine.sdk_download VERSION FOLDER`."""

import asyncio
import os
import sys

from temporalio.testing import WorkflowEnvironment


async def download(version: str, folder: str) -> None:
    """Start a throw-away server, which makes the SDK download its binary, and stop it."""
    environment = await WorkflowEnvironment.start_local(  # pyright: ignore[reportUnknownMemberType]  # search_attributes is generic in the SDK
        dev_server_download_version=version, download_dest_dir=folder, dev_server_log_level="fatal"
    )
    await environment.shutdown()


def main() -> None:
    """Report by exit status, and by one line on failure."""
    status = 0
    try:
        asyncio.run(download(*sys.argv[1:3]))
    except RuntimeError as error:
        sys.stderr.write(f"{error}\n")
        status = 1
    sys.stdout.flush()
    sys.stderr.flush()
    # Interpreter shutdown after using the SDK's client may abort, and the status would be lost.
    os._exit(status)


if __name__ == "__main__":
    main()
