"""How far a backfill is, as the Markdown that the Temporal UI shows on its page."""

from datetime import timedelta

from trends.domain.backfills import Standing


def details_of(title: str, standing: Standing, closing: str = "", *, paused: bool = False) -> str:
    """Draw how far a backfill is, with a closing sentence below it."""
    counts = (
        standing.windows,
        standing.done,
        standing.failed,
        standing.cancelled,
        standing.running,
        standing.waiting,
    )
    lines = [
        f"**{title}**",
        "",
        "| windows | done | failed | cancelled | running | waiting |",
        "|---|---|---|---|---|---|",
        f"| {' | '.join(str(count) for count in counts)} |",
    ]
    if standing.left_seconds is not None and not closing:
        left = timedelta(seconds=round(standing.left_seconds))
        lines += ["", f"About {left} are left, at the pace of the newest windows."]
    if standing.without:
        lines += ["", f"{standing.without} windows were made without one before them."]
    if paused and not closing:
        lines += ["", "Paused."]
    if closing:
        lines += ["", closing]
    return "\n".join(lines)
