"""Whether a sentence that somebody wrote is borne by the evidence it cites: rules alone, and no model."""

from trends.domain.verify.verifier import verify

__all__ = ["verify"]
