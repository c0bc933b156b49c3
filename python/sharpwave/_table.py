"""Tables: named columns of one length."""

from __future__ import annotations

from typing import Any, Iterator, Mapping

import numpy as np

# Rows that a notebook shows.
_SHOWN = 10
_SCALARS = (bool, int, float, complex, np.generic)


class Table(Mapping[str, Any]):
    """Columns by name: NumPy arrays in one dimension, or lists of text. `to_pandas()` makes a DataFrame of it."""

    def __init__(self, columns: Mapping[str, Any], name: str = "", units: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.units = dict(units or {})
        self._columns = dict(columns)

    def __getitem__(self, column: str) -> Any:
        try:
            return self._columns[column]
        except KeyError:
            known = ", ".join(self._columns)
            raise KeyError(f"no column {column!r}; there are {known}") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._columns)

    def __len__(self) -> int:
        """How many columns there are; `n_rows` counts rows."""
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        """Whether another table has the same columns with the same entries; what is undefined in both is the same."""
        if not isinstance(other, Table):
            return NotImplemented
        return list(self) == list(other) and all(_alike(self[name], other[name]) for name in self)

    __hash__ = None  # type: ignore[assignment]

    @property
    def n_rows(self) -> int:
        return len(next(iter(self._columns.values()), ()))

    def rows(self) -> Iterator[dict[str, Any]]:
        """One dictionary for each row."""
        for values in zip(*self._columns.values()):
            yield dict(zip(self._columns, values))

    def to_pandas(self) -> Any:
        """A pandas DataFrame; needs pandas."""
        import pandas

        return pandas.DataFrame(self._columns)

    def to_xarray(self) -> Any:
        """An xarray.Dataset along the first column, such as the times of rates; needs xarray."""
        import xarray

        along = next(iter(self._columns), "row")
        held = {name: (along, values, {"units": self.units[name]} if name in self.units else {}) for name, values in self.items()}
        first = {along: held.pop(along)} if held else {}
        return xarray.Dataset(held, coords=first, attrs={"name": self.name} if self.name else {})

    def _headings(self) -> list[str]:
        return [f"{name} ({self.units[name]})" if self.units.get(name) else name for name in self._columns]

    def __repr__(self) -> str:
        lines = ["  ".join(self._headings())]
        for number, row in enumerate(self.rows()):
            if number == _SHOWN:
                lines.append(f"... {self.n_rows - _SHOWN} more rows")
                break
            lines.append("  ".join(_cell(value) for value in row.values()))
        title = [self.name] if self.name else []
        return "\n".join(title + lines)

    def _repr_html_(self) -> str:
        from html import escape

        head = "".join(f"<th>{escape(name)}</th>" for name in self._headings())
        body = []
        for number, row in enumerate(self.rows()):
            if number == _SHOWN:
                body.append(f"<tr><td colspan={len(self)}>{self.n_rows - _SHOWN} more rows</td></tr>")
                break
            body.append("<tr>" + "".join(f"<td>{escape(_cell(value))}</td>" for value in row.values()) + "</tr>")
        caption = f"<caption>{escape(self.name)}</caption>" if self.name else ""
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"


def column(values: list[Any]) -> Any:
    """One entry for each of `values`: a list if all are text, else an array in one dimension, of objects unless they are numbers."""
    if all(isinstance(value, str) for value in values):
        return values
    # A tensor or an array without a dimension holds a number.
    plain = [value.item() if _is_bare(value) else value for value in values]
    if all(isinstance(value, _SCALARS) and not isinstance(value, str) for value in plain):
        try:
            return np.array(plain)
        except OverflowError:
            # Whole numbers of any size are objects.
            pass
    held = np.empty(len(plain), dtype=object)
    # One by one: an assignment of all would look into lists.
    for number, value in enumerate(plain):
        held[number] = value
    return held


def _alike(one: Any, other: Any) -> bool:
    """Whether two columns have the same entries."""
    a, b = np.asarray(one), np.asarray(other)
    both = a.dtype.kind in "fc" and b.dtype.kind in "fc"
    return bool(np.array_equal(a, b, equal_nan=both))


def _is_bare(value: Any) -> bool:
    return not isinstance(value, np.generic) and hasattr(value, "item") and getattr(value, "ndim", 1) == 0


def _cell(value: Any) -> str:
    if isinstance(value, (float, np.floating)):
        return "undefined" if np.isnan(value) else f"{value:.6g}"
    return str(value)
