"""The Python API, from signatures and docstrings."""

from __future__ import annotations

import html
import inspect
from typing import Any

import sharpwave as sw

from page import code, marked, slug


def signature(name: str, of: Any) -> str:
    """How it is called, without what types make long."""
    try:
        found = inspect.signature(of)
    except (TypeError, ValueError):
        return name
    plain = [value.replace(annotation=inspect.Parameter.empty) for key, value in found.parameters.items() if key != "self"]
    return name + str(found.replace(parameters=plain, return_annotation=inspect.Signature.empty))


def said(of: Any) -> str:
    """The docstring: paragraphs, and examples that are indented."""
    parts = (inspect.getdoc(of) or "").split("\n\n")
    shown = ""
    for part in parts:
        if part.startswith("    "):
            shown += code(inspect.cleandoc(part))
        elif part:
            shown += f"<p>{marked(part)}</p>"
    return shown


def anchor(name: str, of: Any) -> str:
    """What an entry is called in an address: `Run` is no `run`."""
    return ("class-" if inspect.isclass(of) else "") + slug(name)


def described(name: str, of: Any, level: int) -> str:
    """One function, class or exception, with the public parts of a class."""
    heading = f'<h{level} id="{anchor(name, of)}"><code>{html.escape(name)}</code></h{level}>'
    if not callable(of) or (inspect.isclass(of) and issubclass(of, Exception)):
        return heading + said(of)
    body = heading + code(signature(name, of)) + said(of)
    if inspect.isclass(of):
        for key, member in vars(of).items():
            if key.startswith("_"):
                continue
            if isinstance(member, property):
                body += f'<h4 id="{anchor(name, of)}-{slug(key)}"><code>{html.escape(key)}</code></h4>{said(member)}'
            elif callable(member) or isinstance(member, (classmethod, staticmethod)):
                shown = code(signature(key, getattr(of, key)))
                body += f'<h4 id="{anchor(name, of)}-{slug(key)}"><code>{html.escape(key)}</code></h4>{shown}{said(member)}'
    return body


def reference() -> str:
    """Everything that `import sharpwave` gives."""
    body = '<h2 id="reference">Reference</h2>'
    names = [name for name in sw.__all__ if not name.startswith("_")]
    body += "<p>" + " · ".join(f'<a href="#{anchor(name, getattr(sw, name))}"><code>{name}</code></a>' for name in names) + "</p>"
    return body + "".join(described(name, getattr(sw, name), 3) for name in names)
