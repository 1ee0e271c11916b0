"""The component's side of the contract: turns a Detector into what the host calls.

Only imported where the component is made; `pynomaly plugin build` writes the module that calls
`serve`. The modules `wit_world` and `componentize_py_types` are generated there.
"""

import builtins
import io
import linecache
import logging
import random
import sys
import time
import traceback
from collections.abc import Callable
from importlib.machinery import BuiltinImporter, FrozenImporter
from types import ModuleType
from typing import Any

from componentize_py_types import Err
from wit_world.exports import pynomaly_contract as contract
from wit_world.imports import log as host
from wit_world.imports import types

from .detector import Detector, detector_of, explained, fitted, loaded, saved, scored, updated
from .errors import BadState, InsufficientData, InvalidParameter, NumericalError
from .matrix import Matrix
from .parameters import Boolean, Choice, Integer, Number, Parameter, Text, table


def answered(call: Callable[[], Any]) -> Any:
    """The call's answer; an exception of any kind becomes the contract's `error`, not a trap."""
    try:
        return call()
    except Exception as error:  # noqa: BLE001: the border of the component
        raise Err(verdict(error)) from None


def verdict(error: Exception) -> Any:
    """The contract's name for it."""
    text = str(error) or type(error).__name__
    match error:
        case InvalidParameter():
            return types.Error_InvalidParameter((error.name, error.message))
        case InsufficientData():
            return types.Error_InsufficientData(error.needed)
        case BadState():
            return types.Error_BadState(text)
        case NumericalError() | ArithmeticError():
            return types.Error_Numerical(text)
        case ValueError():
            return types.Error_InvalidInput(text)
        case _:
            host.log(host.Level.ERROR, "".join(traceback.format_exception(error)))
            return types.Error_Other(f"{type(error).__name__}: {text}")


def described(detector: type[Detector]) -> Any:
    """The descriptor."""
    task = contract.Task.TIME_SERIES if detector.time_series else contract.Task.TABULAR
    return contract.Descriptor(
        name=detector.name,
        version=detector.version,
        summary=detector.summary,
        reference=detector.reference,
        task=task,
        parameters=[row(parameter) for parameter in table(detector)],
        accepts_missing=detector.accepts_missing,
        minimum_rows=detector.minimum_rows,
        state_version=detector.state_version,
        extra=list(detector.extra.items()),
    )


def row(parameter: Parameter) -> Any:
    """A row of the parameter table."""
    default = None if parameter.default is None else value_of(parameter.default)
    return contract.Parameter(parameter.name, [kind(parameter)], default, parameter.doc)


def value_of(value: Any) -> Any:
    """A parameter's value in the contract's words."""
    match value:
        case bool():
            return types.Value_Boolean(value)
        case int():
            return types.Value_Integer(value)
        case float():
            return types.Value_Number(value)
        case _:
            return types.Value_Text(value)


def kind(parameter: Parameter) -> Any:
    """A parameter's kind in the contract's words."""
    match parameter:
        case Boolean():
            return contract.Kind_Boolean()
        case Integer():
            return contract.Kind_Integer(contract.IntegerRange(parameter.minimum, parameter.maximum))
        case Number():
            low, high = parameter.minimum, parameter.maximum
            shut = (parameter.exclusive_minimum, parameter.exclusive_maximum)
            return contract.Kind_Number(contract.NumberRange(low, high, *shut))
        case Text():
            return contract.Kind_Text(parameter.bytes_max)
        case Choice():
            return contract.Kind_Choice(parameter.choices)
    raise TypeError(f"{parameter.name} is of no known kind")


def restored(detector: type[Detector], state: bytes) -> Detector:
    """A loaded detector; whatever goes wrong is the state's fault."""
    try:
        return loaded(detector, state)
    except BadState:
        raise
    except Exception as error:  # noqa: BLE001: a damaged state may break anything
        raise BadState(f"{type(error).__name__}: {error}") from error


class Model:
    """A fitted detector behind the contract."""

    def __init__(self, detector: Detector):
        self.detector = detector

    def score(self, data: Any) -> list[float]:
        return answered(lambda: scored(self.detector, Matrix(data.columns, data.values)))

    def save(self) -> bytes:
        return answered(lambda: saved(self.detector))

    def explain(self, data: Any) -> list[float]:
        return answered(lambda: explained(self.detector, Matrix(data.columns, data.values)))

    def update(self, data: Any) -> list[float]:
        return answered(lambda: updated(self.detector, Matrix(data.columns, data.values)))


class Explainer:
    """The ability `explainer`, which a component only exports where its detector has `explain`."""

    def explain(self, model: Model, data: Any) -> list[float]:
        return model.explain(data)


class Learner:
    """The ability `learner`, which a component only exports where its detector has `update`."""

    def update(self, model: Model, data: Any) -> list[float]:
        return model.update(data)


class HostHandler(logging.Handler):
    """Takes what Python's `logging` is told to the host's log."""

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR:
            level = host.Level.ERROR
        elif record.levelno >= logging.WARNING:
            level = host.Level.WARN
        elif record.levelno >= logging.INFO:
            level = host.Level.INFO
        else:
            level = host.Level.DEBUG
        host.log(level, self.format(record))


class HostStream(io.TextIOBase):
    """Takes what is printed to the host's log, line by line."""

    def __init__(self, level: Any):
        self.level = level
        self.begun = ""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        *lines, self.begun = (self.begun + text).split("\n")
        for line in lines:
            host.log(self.level, line)
        return len(text)


def refuse_open(*_arguments: Any, **_options: Any) -> Any:
    """In the place of `open`."""
    raise PermissionError("a detector has no files")


def settle() -> None:
    """Makes the interpreter at home in a component: WASI is not there, and its stubs trap."""
    sys.stdout = HostStream(host.Level.INFO)
    sys.stderr = HostStream(host.Level.WARN)
    logging.basicConfig(level=logging.DEBUG, handlers=[HostHandler()], format="%(message)s")
    # The clock stands still; every record of `logging` reads it.
    for name in ("time", "monotonic", "perf_counter", "process_time"):
        setattr(time, name, lambda: 0.0)
        setattr(time, f"{name}_ns", lambda: 0)
    builtins.open = io.open = refuse_open
    # A traceback looks for source files.
    linecache.checkcache = lambda filename=None: None
    linecache.updatecache = lambda filename, module_globals=None: []


def begin(seed: int) -> None:
    """Before a call: what was not imported while the component was made is not there."""
    sys.meta_path[:] = [BuiltinImporter, FrozenImporter]
    random.seed(seed)


def serve(module: ModuleType, model: type[Model]) -> type:
    """The class that the component exports, out of the module's detector."""
    detector = detector_of(module)
    settle()

    class Served:
        def describe(self) -> Any:
            return described(detector)

        def fit(self, training: Any, parameters: Any, seed: int) -> Any:
            def call() -> Any:
                begin(seed)
                given = {name: value.value for name, value in parameters}
                fresh = detector(random_state=seed, **given)
                scores = fitted(fresh, Matrix(training.columns, training.values))
                return contract.Fitted(model(fresh), scores)

            return answered(call)

        def load(self, state: bytes) -> Any:
            def call() -> Any:
                begin(0)
                return model(restored(detector, state))

            return answered(call)

    return Served
