"""Progress in a terminal or a notebook."""

from __future__ import annotations

import sys
import time
from typing import Any, Callable, Optional, Union

Callback = Callable[[str, float, float], None]


class _Bar:
    """A bar of tqdm for whatever goes on."""

    def __init__(self, tqdm: Any) -> None:
        self._bar = tqdm(total=1.0, bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}", leave=False)

    def __call__(self, what: str, done: float, total: float) -> None:
        self._bar.set_description_str(what)
        self._bar.n = min(done / total, 1.0) if total > 0 else 0.0
        self._bar.refresh()

    def close(self) -> None:
        self._bar.close()


class _Lines:
    """A line every five seconds."""

    def __init__(self) -> None:
        self._last = time.monotonic()

    def __call__(self, what: str, done: float, total: float) -> None:
        if time.monotonic() - self._last >= 5:
            self._last = time.monotonic()
            share = done / total if total > 0 else 0.0
            print(f"{what}: {share:.0%}", file=sys.stderr)

    def close(self) -> None:
        pass


def watcher(progress: Union[bool, Callback, None]) -> tuple[Optional[Callback], Callable[[], None]]:
    """What to call with news, and what to call at the end."""
    if not progress:
        return None, lambda: None
    if callable(progress):
        return progress, lambda: None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        lines = _Lines()
        return lines, lines.close
    bar = _Bar(tqdm)
    return bar, bar.close
