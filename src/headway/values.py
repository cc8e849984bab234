"""Frozen records for values on the path of `headway run`.

Why not dataclasses or msgspec: both are slower to import and to declare than the whole
rest of a short run (60 records: plain classes 2 ms, msgspec 14 ms, dataclasses 25 ms with
their imports, on a machine where Python itself starts in 8 ms). Whatever is not on that
path, and whatever decodes users' files into typed values, uses msgspec.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Self, TypeVar, dataclass_transform

    T = TypeVar("T")
else:

    def dataclass_transform(**_: object) -> Callable[[T], T]:
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Value:
    """A frozen record: fields are the annotated names, defaults the class attributes.

    Positional or keyword construction, equality and hash by value, `repr`, `replace`.
    A default must be immutable. Raises TypeError for a missing, repeated or unknown field.
    """

    _fields: tuple[str, ...] = ()
    _known: frozenset[str] = frozenset()
    _required: frozenset[str] = frozenset()

    def __init_subclass__(cls) -> None:
        own = tuple(n for n in cls.__dict__.get("__annotations__", ()) if not n.startswith("_"))
        cls._fields = tuple(n for n in cls._fields if n not in own) + own
        cls._known = frozenset(cls._fields)
        cls._required = frozenset(n for n in cls._fields if not hasattr(cls, n))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        state = self.__dict__
        if args:
            if len(args) > len(self._fields):
                raise TypeError(f"{type(self).__name__} takes {len(self._fields)} fields")
            state.update(zip(self._fields, args, strict=False))
            if kwargs and not state.keys().isdisjoint(kwargs):
                raise TypeError(f"{type(self).__name__}: field given twice: {kwargs}")
        if kwargs:
            state.update(kwargs)
            if not self._known.issuperset(kwargs):
                unknown = ", ".join(sorted(kwargs.keys() - self._known))
                raise TypeError(f"{type(self).__name__} has no field {unknown}")
        if not self._required.issubset(state):
            missing = ", ".join(sorted(self._required - state.keys()))
            raise TypeError(f"{type(self).__name__} needs {missing}")

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.to_dict() == other.to_dict()

    def __hash__(self) -> int:
        return hash((type(self), *(getattr(self, n) for n in self._fields)))

    def __repr__(self) -> str:
        fields = ", ".join(f"{n}={getattr(self, n)!r}" for n in self._fields)
        return f"{type(self).__name__}({fields})"

    def to_dict(self) -> dict[str, Any]:
        """Every field with its value, defaults included; nested values stay as they are."""
        return {n: getattr(self, n) for n in self._fields}

    def replace(self, **changes: Any) -> Self:
        return type(self)(**{**self.__dict__, **changes})
