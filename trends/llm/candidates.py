"""Which models may do a kind of work, in the order in which they are asked."""

from dataclasses import dataclass

from trends.domain.calls import ModelName, Role
from trends.errors import SettingsError
from trends.settings import Settings


@dataclass(frozen=True)
class RolePlan:
    """How one kind of work is done.

    Attributes:
        candidates: Whom to ask, the first one first; at least one.
        temperature: How freely it writes.
        max_output_tokens: Longest answer, thinking included.
        timeout_seconds: Longest wait for the whole answer.
    """

    candidates: tuple[ModelName, ...]
    temperature: float
    max_output_tokens: int
    timeout_seconds: float

    @property
    def cacheable(self) -> bool:
        """Whether the answer to one run may serve another: where nothing is left to chance, it would be the same."""
        return self.temperature == 0


def plan_of(settings: Settings, role: Role) -> RolePlan:
    """Read from settings how a kind of work is done.

    Raises:
        SettingsError: No model is configured for it.
    """
    choice = settings.model_for(role)
    if choice is None:
        raise SettingsError(
            f"No model is configured for the {role.value}.",
            next_step=f"Set llm.enabled and llm.roles.{role.value}.model.",
        )
    return RolePlan(
        # A model that is named twice is asked once.
        candidates=tuple(dict.fromkeys((choice.name, *choice.fallback))),
        temperature=choice.temperature,
        max_output_tokens=choice.max_output_tokens,
        timeout_seconds=settings.llm.timeout_seconds,
    )
