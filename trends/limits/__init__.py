"""Rates, budgets and prices: nothing is sent to a provider before the ledger has said yes."""
