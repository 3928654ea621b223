"""What reasons with a model: plan before collecting, then draft, verify and revise."""
