"""Who does what is recorded with a name."""


def login_name() -> str:
    """Name of whoever uses this terminal; empty where the system knows none."""
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""
