"""Money: nothing is wrong here."""


def cents(euros: float) -> int:
    """Whole cents."""
    return round(euros * 100)
