"""What can go wrong with an expression: badly written, or failing when it is evaluated."""

from __future__ import annotations

from headway.errors import HeadwayError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from headway.errors import Place


class ExpressionError(HeadwayError):
    """A mistake in an expression's text.

    `offset` counts characters from 0 in the text that was parsed (a Template's and a
    Condition's: in its `raw`), `length` is how many are underlined (0 at the end of the text).
    """

    def __init__(self, message: str, offset: int = 0, length: int = 1, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
        self.length = length

    def shifted(self, by: int) -> Self:
        """The same mistake, `by` characters further into a longer text."""
        return type(self)(self.message, self.offset + by, self.length, self.hint)


class EvaluationError(HeadwayError):
    """An expression that is well written has no result: bad JSON, a limit reached, …

    `place` is where the template starts in its file, once that is known.
    """

    place: Place | None = None
