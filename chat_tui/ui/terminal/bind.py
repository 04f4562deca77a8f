"""Bindings given to one node, not to a class: words and keys depend on what is chosen at start."""

from collections.abc import Collection, Iterable

from textual.binding import Binding, BindingsMap
from textual.dom import DOMNode


def bind(node: DOMNode, bindings: Iterable[Binding], *, freed: Collection[str] = ()) -> None:
    """Bind keys on `node`; one that its class binds otherwise changes its meaning, a `freed` one loses it."""
    kept = {key: bound for key, bound in node._bindings.key_to_bindings.items() if key not in freed}
    node._bindings = BindingsMap.from_keys(kept | BindingsMap(bindings).key_to_bindings)
