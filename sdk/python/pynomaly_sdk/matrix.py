"""Rows of numbers."""

from array import array
from collections.abc import Iterable, Iterator, Sequence


class Matrix(Sequence):
    """A table of floats, row-major; a sequence of its rows, each a list.

    A missing value is a NaN, which only a detector that says `accepts_missing` ever gets.
    """

    __slots__ = ("columns", "values")

    def __init__(self, columns: int, values: Sequence[float]):
        if columns < 1 or len(values) == 0 or len(values) % columns:
            raise ValueError(f"{len(values)} values are no rows of {columns} columns")
        self.columns = columns
        self.values = values

    @classmethod
    def of(cls, rows: "Matrix | Iterable[Sequence[float]]") -> "Matrix":
        """The rows as a matrix; all of one length, at least one."""
        if isinstance(rows, Matrix):
            return rows
        rows = list(rows)
        columns = len(rows[0]) if rows else 0
        for index, row in enumerate(rows):
            if len(row) != columns:
                raise ValueError(f"row {index} has {len(row)} values instead of {columns}")
        return cls(columns, array("d", (value for row in rows for value in row)))

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self), self.columns

    def __len__(self) -> int:
        return len(self.values) // self.columns

    def __getitem__(self, index: int) -> list[float]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        if index < 0:
            index += len(self)
        if not 0 <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        start = index * self.columns
        return list(self.values[start : start + self.columns])

    def __iter__(self) -> Iterator[list[float]]:
        values, columns = self.values, self.columns
        for start in range(0, len(values), columns):
            yield list(values[start : start + columns])

    def column(self, index: int) -> list[float]:
        """One column, top to bottom."""
        if not 0 <= index < self.columns:
            raise IndexError(f"column {index} of {self.columns}")
        return list(self.values[index :: self.columns])
