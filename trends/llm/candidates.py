"""Which models may do a kind of work, in the order in which they are asked."""

from dataclasses import dataclass

from trends.domain.calls import Role
from trends.errors import SettingsError
from trends.settings import LlmSettings

# A role whose model is called so does its work without one.
NO_MODEL = "none"


@dataclass(frozen=True)
class Candidate:
    """A model at a provider."""

    provider: str
    model: str

    @property
    def spec(self) -> str:
        """`provider:model`, as settings name it."""
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True)
class RolePlan:
    """How one kind of work is done.

    Attributes:
        candidates: Whom to ask, the first one first; at least one.
        temperature: How freely it writes.
        max_output_tokens: Longest answer, thinking included.
        timeout_seconds: Longest wait for the whole answer.
    """

    candidates: tuple[Candidate, ...]
    temperature: float
    max_output_tokens: int
    timeout_seconds: float

    @property
    def cacheable(self) -> bool:
        """Whether the answer to one run may serve another: where nothing is left to chance, it would be the same."""
        return self.temperature == 0


def plan_of(llm: LlmSettings, role: Role) -> RolePlan:
    """Read from settings how a kind of work is done.

    Raises:
        SettingsError: No model is configured for it.
    """
    own = getattr(llm.roles, role.value)
    model = own.model or llm.model
    if not llm.enabled or model in {"", NO_MODEL}:
        raise SettingsError(
            f"No model is configured for the {role.value}.",
            why="llm.enabled is false." if not llm.enabled else f"Its model is '{model}'.",
            next_step=f"Set llm.enabled and llm.roles.{role.value}.model.",
        )
    first = Candidate(own.provider or llm.provider, model)
    others = (Candidate(*spec.split(":", 1)) for spec in own.fallback)
    return RolePlan(
        # A model that is named twice is asked once.
        candidates=tuple(dict.fromkeys((first, *others))),
        temperature=llm.temperature if own.temperature is None else own.temperature,
        max_output_tokens=own.max_output_tokens or llm.max_output_tokens,
        timeout_seconds=llm.timeout_seconds,
    )
