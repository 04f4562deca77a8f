"""Bindings given to one node, not to a class: their words depend on the language chosen at start."""

from collections.abc import Iterable

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode


def bind(node: DOMNode, bindings: Iterable[Binding]) -> None:
    """Bind keys on `node`; a key its class binds otherwise changes its meaning."""
    node._bindings = BindingsMap.from_keys(
        node._bindings.key_to_bindings | BindingsMap(bindings).key_to_bindings
    )
