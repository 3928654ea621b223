"""Where a run stands, as the Markdown that the Temporal UI shows on its page."""

from dataclasses import dataclass, field

from workflows.stages import Stage

_MARKS = {
    "waiting": "·",
    "taken over": "↷",
    "running": "▶",
    "done": "✓",
    "skipped": "–",
    "blocked": "‖",
    "paused": "‖",
    "held": "‖",
    "failed": "✗",
    "cancelled": "✗",
}

_UNDER_WAY = {"running", "held", "paused", "blocked", "failed", "cancelled"}


@dataclass
class Progress:
    """The state of every stage of one run. Plain data: safe to replay.

    Attributes:
        title: What the run is about.
        stages: The pipeline's rows.
        states: Stage name to one of waiting, taken over, held (for a window before), running, paused, done, skipped,
            blocked, failed, cancelled.
        notes: Stage name to a short note.
    """

    title: str
    stages: tuple[Stage, ...]
    states: dict[str, str] = field(default_factory=dict[str, str])
    notes: dict[str, str] = field(default_factory=dict[str, str])

    def __post_init__(self) -> None:
        for row in self.stages:
            self.states.setdefault(row.name, "waiting")

    def set(self, name: str, state: str, note: str = "") -> None:
        """Move one stage to a state; an empty note keeps the old one."""
        self.states[name] = state
        if note:
            self.notes[name] = note

    def current(self) -> str:
        """Name the stage that is under way, or the last one that was."""
        for row in self.stages:
            if self.states[row.name] in _UNDER_WAY:
                return row.name
        return self.stages[-1].name

    def markdown(self, closing: str = "") -> str:
        """Draw the table, with a closing sentence below it."""
        lines = [f"**{self.title}**", "", "| | stage | | |", "|---|---|---|---|"]
        for row in self.stages:
            state = self.states[row.name]
            note = self.notes.get(row.name, row.says).replace("|", "\\|").replace("\n", " ")
            lines.append(f"| {_MARKS[state]} | {row.name} | {state} | {note} |")
        if closing:
            lines += ["", closing]
        return "\n".join(lines)
