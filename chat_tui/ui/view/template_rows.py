"""Templates as their list finds, lists and previews them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.cells import cell_len

from chat_tui.locale import _, language, ngettext
from chat_tui.model.queue import QueueItem
from chat_tui.model.template import Field, Template, fill, marker, pieces
from chat_tui.safetext import stripped
from chat_tui.words.layouts import spellings
from chat_tui.words.line import Line, Role, Span, cut, cut_middle, shown, spread

_LONGEST_NAME = 200
_SKIPPED = 3
"""Files that are named; the others are counted."""


def values_of(item: QueueItem, operator: str) -> dict[Field, str]:
    """What the markers stand for in the open chat, each on one line; what is not known is left out."""
    context = item.chat.context
    name = _one_line(context.customer_name or "").split(" ", 1)[0]
    known = {
        Field.NAME: name,
        Field.ORDER: str(context.order_id or ""),
        Field.RETURN: str(context.return_id or ""),
        Field.SHOP: _one_line(item.shop_name),
        Field.OPERATOR: _one_line(operator),
    }
    return {field: value for field, value in known.items() if value}


def found_templates(templates: Sequence[Template], query: str) -> list[Template]:
    """The templates that fit the query on either layout, best first; equals keep their order.

    A name that begins with it, a word that does, a name that holds it, one that holds its letters in this
    order, and at last a text that holds it.
    """
    ranked = [(min(_rank(template, one) for one in spellings(query)), template) for template in templates]
    return [template for rank, template in sorted(ranked, key=lambda pair: pair[0]) if rank < _NOT]


def template_line(template: Template, values: Mapping[Field, str], cells: int) -> Line:
    """Its name, and the beginning of its text as far as there is room."""
    name = shown(template.name, lines=False)
    start = shown(fill(template.text, values)[:_LONGEST_NAME], lines=False)
    room = cells - cell_len(name) - 2
    rest = (Span(cut(start, room), Role.MUTED),) if room >= 10 else ()
    return spread((Span(name),), rest, cells)


def preview(template: Template, values: Mapping[Field, str]) -> list[Span]:
    """The text as it will stand in the box; what could not be filled in stands out."""
    return [
        Span(shown(piece), Role.BAD)
        if field is not None and field not in values
        else Span(shown(values[field] if field is not None else piece), Role.TEXT)
        for piece, field in pieces(template.text)
    ]


def missing_words(markers: Sequence[str]) -> str:
    """What is not known about the chat, named by the markers that stay; empty if nothing is missing."""
    if not markers:
        return ""
    return _("Not known here: {markers}. Replace it before sending.").format(markers=" ".join(markers))


def skipped_words(skipped: Sequence[tuple[str, str]]) -> str:
    """Which files could not be used, and why; empty if there are none."""
    if not skipped:
        return ""
    named = [
        _("{name}: {reason}").format(name=cut_middle(shown(name, lines=False), 40), reason=reason)
        for name, reason in skipped[:_SKIPPED]
    ]
    if (more := len(skipped) - _SKIPPED) > 0:
        named.append(ngettext("{n} more", "{n} more", more).format(n=more))
    return _("Left out: {what}").format(what="; ".join(named))


def how_to_words(directory: Path) -> str:
    """Where templates are put, with an example in the operator's language."""
    names = {field.value: marker(field, language()) for field in Field}
    return "\n\n".join(
        (
            _("There are no templates yet. A template is a plain text file (UTF-8) in this directory:"),
            shown(str(directory), lines=False),
            _("For example, “on its way.txt”:"),
            _("Good day, {name}! Your order {order} is on its way. {operator}, {shop}").format(**names),
            _("The words in braces are filled in from the chat; for a return there is {return}.").format(
                **names
            ),
        )
    )


_NOT = 5


def _rank(template: Template, query: str) -> int:
    query, name = _plain(query), _plain(template.name)
    if name.startswith(query):
        return 0
    if any(word.startswith(query) for word in name.replace("-", " ").replace("_", " ").split()):
        return 1
    if query in name:
        return 2
    letters = iter(name)
    if all(letter in letters for letter in query.replace(" ", "")):
        return 3
    return 4 if query in _plain(template.text) else _NOT


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _one_line(text: str) -> str:
    return " ".join(stripped(text[:_LONGEST_NAME]).split())
