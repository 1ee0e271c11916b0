"""What a detector is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from types import ModuleType
from typing import Any, ClassVar, Self

from . import state
from .errors import BadState, InsufficientData, InvalidInput, NumericalError
from .matrix import Matrix
from .parameters import Parameter, table


class Detector:
    """One anomaly-detection algorithm; derive from it, and write `fit` and `score_samples`.

    `fit` sets what it learns as attributes whose names end in `_`, as in scikit-learn, and may set
    `decision_scores_`, the training scores, where they are not `score_samples(X)` (a neighbour
    method leaves the row itself out). These attributes are the whole state: see
    `pynomaly_sdk.state` for what they may be. All randomness comes from `random_state`.

    Two methods more may be there, each an ability of the component:

    - `explain(X)`: for each row one contribution a column, how much it raised (above 0) or lowered
      the score. Where the method allows it a row's contributions add up to its score.
    - `update(X)`: row by row, in order, scores the row with what is known so far, then learns it;
      gives the scores. The one method besides `fit` that changes attributes. What it learns stays
      bounded however long the stream is, and an exception leaves it as it was.
    """

    #: The `detector_type`: 1 to 64 of `a-z`, `0-9` and `_`, not starting with a digit.
    name: ClassVar[str] = ""
    #: Semantic version; raise it with every change of a bit of a score.
    version: ClassVar[str] = "0.1.0"
    #: One sentence.
    summary: ClassVar[str] = ""
    #: The paper or book that defines the method.
    reference: ClassVar[str] = ""
    #: Rows are moments of a series, oldest first.
    time_series: ClassVar[bool] = False
    #: NaN may stand for a missing value.
    accepts_missing: ClassVar[bool] = False
    #: The least number of training rows; at least 1.
    minimum_rows: ClassVar[int] = 1
    #: Version of the format of the state.
    state_version: ClassVar[int] = 1
    #: Further facts, such as `{"auc-floor": "0.9", "scale-invariant": "true"}`.
    extra: ClassVar[dict[str, str]] = {}

    #: Source of all randomness: 64 bits, given by the host.
    random_state: int
    #: Columns of the training rows.
    n_features_in_: int

    def __init__(self, *, random_state: int = 0, **parameters: Any):
        self.random_state = random_state
        names = {parameter.name for parameter in table(type(self))}
        for key, value in parameters.items():
            if key not in names:
                raise TypeError(f"{type(self).__name__} has no parameter {key!r}")
            setattr(self, key, value)

    def fit(self, X: Matrix) -> Self:
        """Learns from `X`, which has at least `minimum_rows` rows and no infinite value."""
        raise NotImplementedError

    def score_samples(self, X: Matrix) -> Sequence[float]:
        """One finite score a row; higher means more anomalous (unlike in scikit-learn)."""
        raise NotImplementedError

    def get_params(self) -> dict[str, Any]:
        """The parameters by name."""
        return {it.name: getattr(self, it.name) for it in table(type(self))}


def fitted(detector: Detector, rows: Matrix | Iterable[Sequence[float]]) -> list[float]:
    """Fits, and gives the training scores: what the host asks for, and tests should."""
    X = Matrix.of(rows)
    if len(X) < detector.minimum_rows:
        raise InsufficientData(detector.minimum_rows)
    detector.fit(X)
    detector.n_features_in_ = X.columns
    # No part of the state: a host keeps the training scores itself.
    scores = detector.__dict__.pop("decision_scores_", None)
    return _checked(X, detector.score_samples(X) if scores is None else scores)


def scored(detector: Detector, rows: Matrix | Iterable[Sequence[float]]) -> list[float]:
    """The scores of rows that have the training rows' columns."""
    X = _known(detector, rows)
    return _checked(X, detector.score_samples(X))


def explained(detector: Detector, rows: Matrix | Iterable[Sequence[float]]) -> list[float]:
    """The contributions of `explain`, row after row in one list."""
    X = _known(detector, rows)
    contributions = [float(it) for row in detector.explain(X) for it in row]
    if len(contributions) != len(X.values):
        raise NumericalError(f"{len(contributions)} contributions for {len(X.values)} values")
    for index, contribution in enumerate(contributions):
        if not math.isfinite(contribution):
            row, column = divmod(index, X.columns)
            raise NumericalError(f"row {row}, column {column} contributes {contribution}")
    return contributions


def updated(detector: Detector, rows: Matrix | Iterable[Sequence[float]]) -> list[float]:
    """The scores of rows that are learnt."""
    X = _known(detector, rows)
    return _checked(X, detector.update(X))


def saved(detector: Detector) -> bytes:
    """The parameters and all that was learnt, as portable bytes."""
    own = {key: value for key, value in sorted(vars(detector).items()) if _is_learnt(key)}
    return state.dump(detector.state_version, [detector.get_params(), own])


def loaded(detector_class: type[Detector], bytes_: bytes) -> Detector:
    """The detector that was saved; BadState for anything else."""
    content = state.load(detector_class.state_version, bytes_)
    match content:
        case [dict(parameters), dict(own)] if all(map(_is_learnt, own)):
            names = [parameter.name for parameter in table(detector_class)]
            if list(parameters) != names or "n_features_in_" not in own:
                raise BadState("these are the parameters of another detector")
            detector = detector_class(**parameters)
            vars(detector).update(own)
            return detector
        case _:
            raise BadState("these are not a detector's parameters and attributes")


def abilities(detector_class: type[Detector]) -> list[str]:
    """What it can do beyond scoring, by the contract's names."""
    named = {"explainer": "explain", "learner": "update"}
    return [name for name, method in named.items() if hasattr(detector_class, method)]


def detector_of(module: ModuleType) -> type[Detector]:
    """The one detector that a module defines."""
    found = [
        it
        for it in vars(module).values()
        if isinstance(it, type) and issubclass(it, Detector) and it.__module__ == module.__name__
    ]
    if len(found) != 1:
        raise TypeError(f"{module.__name__} defines {len(found)} detectors instead of one")
    return found[0]


def _known(detector: Detector, rows: Matrix | Iterable[Sequence[float]]) -> Matrix:
    X = Matrix.of(rows)
    if X.columns != detector.n_features_in_:
        raise InvalidInput(f"{X.columns} columns instead of {detector.n_features_in_}")
    return X


def _is_learnt(name: str) -> bool:
    return name.endswith("_") and not name.startswith("_")


def _checked(X: Matrix, scores: Sequence[float]) -> list[float]:
    scores = [float(score) for score in scores]
    if len(scores) != len(X):
        raise NumericalError(f"{len(scores)} scores for {len(X)} rows")
    for row, score in enumerate(scores):
        if not math.isfinite(score):
            raise NumericalError(f"the score of row {row} is {score}")
    return scores
