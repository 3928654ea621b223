"""What is decided about trends, as it comes in."""

from typing import Any

from pydantic import ConfigDict

from api.schemas import TextOnly
from engine.trends import DecisionRequest
from trends.domain.access import Principal

_FIELDS = {
    "verb": "`follow`, `mute`, `reject` (it is no trend), `rename`, `merge`, `split` or `undo`.",
    "author": "Who decides; reports name them. Whoever came with a credential is named by it, whatever stands here.",
    "reason": "Why.",
    "until": "From the window that ends here on it holds no more; for good where it is left out.",
    "name": "For `rename`; for `split`, what to call the part.",
    "into": "For `merge`: id of the trend that this one is part of.",
    "terms": "For `split`: terms of the part that is to be a trend of its own.",
    "decision": "For `undo`: id of the decision to take back.",
}


def _explain_fields(schema: dict[str, Any]) -> None:
    """Say what each field means: the request itself is defined where no schema is drawn from it."""
    for name, text in _FIELDS.items():
        schema["properties"][name]["description"] = text
    schema["examples"] = [
        {"verb": "mute", "author": "kim", "reason": "An advert.", "until": "2027-01-01T00:00:00Z"},
        {"verb": "rename", "author": "kim", "name": "두쫀쿠"},
    ]


class DecisionBody(TextOnly, DecisionRequest):
    """A decision on a trend."""

    model_config = ConfigDict(json_schema_extra=_explain_fields)

    def asked(self, who: Principal) -> DecisionRequest:
        """The request itself, of whoever asks."""
        return DecisionRequest.model_validate(
            {**self.model_dump(), "author": who.author(self.author)}
        )
