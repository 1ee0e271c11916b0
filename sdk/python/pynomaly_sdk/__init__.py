"""Write an anomaly detector in Python; ship it as one WebAssembly component.

A detector is a class in the manner of scikit-learn: `fit` learns, `score_samples` scores, higher
means more anomalous. Parameters are class attributes, and attributes whose names end in `_` are
what it has learnt: the SDK saves and loads them.
"""

from . import log
from .detector import Detector
from .errors import (
    BadState,
    DetectorError,
    InsufficientData,
    InvalidInput,
    InvalidParameter,
    NumericalError,
)
from .matrix import Matrix
from .parameters import Boolean, Choice, Integer, Number, Text

__all__ = [
    "BadState",
    "Boolean",
    "Choice",
    "Detector",
    "DetectorError",
    "InsufficientData",
    "Integer",
    "InvalidInput",
    "InvalidParameter",
    "Matrix",
    "Number",
    "NumericalError",
    "Text",
    "log",
]
