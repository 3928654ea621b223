"""How much of an ask is granted where less is left: pure integer arithmetic."""

from dataclasses import replace

from trends.limits.base import Ask


def shrink_to_tokens(ask: Ask, most: int) -> Ask | None:
    """Make an ask no larger than so many tokens; None where it would be of no use."""
    if ask.tokens <= most:
        return ask
    if ask.least_tokens > most:
        return None
    return replace(ask, tokens=most, cost_micro=_cost(ask, most))


def shrink_to_cost(ask: Ask, most: int) -> Ask | None:
    """Make an ask no dearer than so many micro-USD; None where it would be of no use.

    What is between the least and the whole ask costs the same for each token: those are tokens of the answer. Tokens are
    rounded down and their cost up, so that what is granted never costs more than what is held.
    """
    if ask.cost_micro <= most:
        return ask
    if ask.least_cost_micro > most:
        return None
    dearer = ask.cost_micro - ask.least_cost_micro
    more = (ask.tokens - ask.least_tokens) * (most - ask.least_cost_micro) // dearer
    tokens = ask.least_tokens + more
    return replace(ask, tokens=tokens, cost_micro=_cost(ask, tokens))


def _cost(ask: Ask, tokens: int) -> int:
    span = ask.tokens - ask.least_tokens
    if span == 0:
        return ask.least_cost_micro
    dearer = (ask.cost_micro - ask.least_cost_micro) * (tokens - ask.least_tokens)
    return ask.least_cost_micro - (-dearer // span)
