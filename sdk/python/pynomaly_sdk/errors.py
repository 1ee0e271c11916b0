"""Verdicts on a call: what a detector raises where it has no answer.

Any other exception becomes the verdict `other`, with its traceback in the host's log. A ValueError
becomes `invalid-input`, as in scikit-learn.
"""


class DetectorError(Exception):
    """Anything that has no class of its own."""


class InvalidParameter(DetectorError):
    """A parameter's value is wrong in these circumstances."""

    def __init__(self, name: str, message: str):
        super().__init__(f"{name}: {message}")
        self.name = name
        self.message = message


class InvalidInput(DetectorError, ValueError):
    """The rows cannot be used as they are; say which row and column, counted from 0."""


class InsufficientData(DetectorError):
    """Fewer rows than needed."""

    def __init__(self, needed: int):
        super().__init__(f"at least {needed} rows are needed")
        self.needed = needed


class BadState(DetectorError):
    """The bytes are no state that this version can read."""


class NumericalError(DetectorError):
    """The computation has no finite answer on these rows."""
