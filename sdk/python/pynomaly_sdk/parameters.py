"""Parameters as class attributes of a detector: `n_neighbors = Integer(5, minimum=1, doc="…")`.

On an instance the attribute is the value. A default of `None` means that absence has a meaning of
its own, which `doc` gives. Bounds are inclusive unless said otherwise; none means unbounded.
"""

import math
from typing import Any

from .errors import InvalidParameter


class Parameter:
    """What all kinds have: a name (that of the attribute), a default, one sentence of `doc`."""

    def __init__(self, default: Any, *, doc: str):
        self.name = ""
        self.default = default
        self.doc = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name
        if self.default is not None:
            self.default = self.checked(self.default)

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else instance.__dict__.get(self.name, self.default)

    def __set__(self, instance: Any, value: Any) -> None:
        instance.__dict__[self.name] = self.default if value is None else self.checked(value)

    def checked(self, value: Any) -> Any:
        """The value as its kind has it; InvalidParameter where it is of another kind or range."""
        raise NotImplementedError

    def refuse(self, value: Any, why: str) -> InvalidParameter:
        """The exception to raise for this value."""
        return InvalidParameter(self.name, f"{value!r} {why}")


class Boolean(Parameter):
    """`True` or `False`."""

    def checked(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(value, "is neither True nor False")
        return value


class Integer(Parameter):
    """A whole number of 64 bits."""

    def __init__(
        self,
        default: int | None,
        *,
        minimum: int | None = None,
        maximum: int | None = None,
        doc: str,
    ):
        super().__init__(default, doc=doc)
        self.minimum = minimum
        self.maximum = maximum

    def checked(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(value, "is no whole number")
        if self.minimum is not None and value < self.minimum:
            raise self.refuse(value, f"is less than {self.minimum}")
        if self.maximum is not None and value > self.maximum:
            raise self.refuse(value, f"is greater than {self.maximum}")
        return value


class Number(Parameter):
    """A finite number; `exclusive_minimum` and `exclusive_maximum` shut the bound itself out."""

    def __init__(
        self,
        default: float | None,
        *,
        minimum: float | None = None,
        maximum: float | None = None,
        exclusive_minimum: bool = False,
        exclusive_maximum: bool = False,
        doc: str,
    ):
        super().__init__(default, doc=doc)
        self.minimum = minimum
        self.maximum = maximum
        self.exclusive_minimum = exclusive_minimum
        self.exclusive_maximum = exclusive_maximum

    def checked(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.refuse(value, "is no number")
        value = float(value)
        if not math.isfinite(value):
            raise self.refuse(value, "is not finite")
        low, high = self.minimum, self.maximum
        if low is not None and (value < low or (self.exclusive_minimum and value == low)):
            raise self.refuse(value, f"is less than {low}, or not above it")
        if high is not None and (value > high or (self.exclusive_maximum and value == high)):
            raise self.refuse(value, f"is greater than {high}, or not below it")
        return value


class Text(Parameter):
    """A text of at most `bytes_max` bytes of UTF-8."""

    def __init__(self, default: str | None, *, bytes_max: int, doc: str):
        super().__init__(default, doc=doc)
        self.bytes_max = bytes_max

    def checked(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.refuse(value, "is no text")
        if len(value.encode()) > self.bytes_max:
            raise self.refuse(value[:40], f"is longer than {self.bytes_max} bytes")
        return value


class Choice(Parameter):
    """One of some texts."""

    def __init__(self, default: str | None, *, choices: list[str], doc: str):
        super().__init__(default, doc=doc)
        self.choices = list(choices)

    def checked(self, value: Any) -> str:
        if value not in self.choices:
            raise self.refuse(value, f"is none of {', '.join(self.choices)}")
        return value


def table(detector: type) -> list[Parameter]:
    """The parameters of a detector class in the order of their definition, bases first."""
    found: dict[str, Parameter] = {}
    for base in reversed(detector.__mro__):
        found.update((key, it) for key, it in vars(base).items() if isinstance(it, Parameter))
    return list(found.values())
