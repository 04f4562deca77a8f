"""The order panel: order, return and other chats as lines, and the widget that scrolls them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import Final

from textual.content import Content
from textual.geometry import Size
from textual.strip import Strip

from chat_tui.locale import _
from chat_tui.model.chat import ContextKind
from chat_tui.model.ids import UNKNOWN_TIME, Millis
from chat_tui.model.order import ChatOrder, Order, OrderLine, Return
from chat_tui.model.problem import Problem
from chat_tui.safetext import one_line
from chat_tui.ui.kit.line_pane import FramedPane
from chat_tui.ui.kit.text import notify, plain
from chat_tui.words import glyphs, orders
from chat_tui.words.chats import about, buyer_name, state_words
from chat_tui.words.line import Line, Role, Span, fit, rule, spread, width_of, wrap
from chat_tui.words.problems import problem_words
from chat_tui.words.times import HOUR, age, day_of, when

_SOON: Final[Millis] = 12 * HOUR
"""The time left for a decision below which it is drawn as a warning."""
_BLANK: Final[Line] = ()


@dataclass(frozen=True, slots=True)
class Sight:
    """The values that all lines of the panel are drawn with."""

    now: Millis
    """By the Market's clock."""
    zone: tzinfo
    """The operator's."""
    width: int
    """Cells of a line."""
    refresh: str = "r"
    """The key that asks the Market again."""


def order_rows(found: ChatOrder, sight: Sight) -> list[Line]:
    """All lines of the panel for a chat, none wider than `sight.width`."""
    blocks = []
    if found.item.chat.context.kind == ContextKind.RETURN:
        blocks.append(_return_rows(found, sight))
    blocks += [_order_rows(found, sight), _other_rows(found, sight)]
    lines: list[Line] = []
    for block in blocks:
        rows = list(block)
        lines += [_BLANK, *rows] if lines and rows else rows
    return [fit(line, sight.width) for line in lines]


def _return_rows(found: ChatOrder, sight: Sight) -> Iterator[Line]:
    number = found.item.chat.context.return_id
    yield from _text(_("Return {number}").format(number=number or "?"), Role.STRONG, sight)
    reading = found.returned
    if reading is not None and reading.what is not None:
        yield from _whole_return(reading.what, sight)
    elif reading is not None:
        yield from _text(_("Return not found."), Role.MUTED, sight)
    if found.return_problem is not None:
        yield from _problem(found.return_problem, _("This key has no right to read returns."), sight)
    elif reading is None and _is_shop_unknown(found):
        yield from _text(_("The Market does not say which shop this return belongs to."), Role.MUTED, sight)
    elif reading is None and number is not None and not _waits_for_order(found):
        yield from _text(_("Loading the return…"), Role.MUTED, sight)


def _waits_for_order(found: ChatOrder) -> bool:
    """Whether the return cannot be read because its shop is known only from the order, which failed."""
    return found.item.chat.context.campaign_id is None and found.order_problem is not None


def _is_shop_unknown(found: ChatOrder) -> bool:
    """Whether the return cannot be read because neither chat nor order names its shop."""
    if found.order is None or found.item.chat.context.campaign_id is not None:
        return False
    return found.order.what is None or found.order.what.campaign_id is None


def _whole_return(one: Return, sight: Sight) -> Iterator[Line]:
    if one.refund_status:
        yield from _text(orders.refund_status(one.refund_status), Role.ACCENT, sight)
    yield from _clock(one, sight)
    if one.fast:
        yield from _text(_("Refunded at once; the buyer keeps the goods."), Role.TEXT, sight)
    if one.created_at != UNKNOWN_TIME:
        words = _("requested {when}").format(when=when(one.created_at, sight.now, sight.zone))
        yield from _text(words, Role.MUTED, sight)
    yield from _goods(one.lines, sight)
    if one.amount is not None:
        yield from _text(_("Refund: {sum}").format(sum=orders.amount(one.amount)), Role.TEXT, sight)


def _clock(one: Return, sight: Sight) -> Iterator[Line]:
    """The 48 hours that the Market gives the shop to decide."""
    if one.decide_by is None:
        return
    if sight.now < one.decide_by:
        words = _("Decision: {time} left").format(time=age(sight.now, one.decide_by))
        role = Role.WARN if one.decide_by - sight.now < _SOON else Role.GOOD
        yield from _text(words, role, sight)
        words = _("until {moment}").format(moment=when(one.decide_by, sight.now, sight.zone))
        yield from _text(words, Role.MUTED, sight)
        return
    words = _("Decision: overdue by {time}").format(time=age(one.decide_by, sight.now))
    yield from _text(words, Role.BAD, sight)
    yield from _text(_("Without a decision the return counts as approved."), Role.MUTED, sight)


def _order_rows(found: ChatOrder, sight: Sight) -> Iterator[Line]:
    context, reading = found.item.chat.context, found.order
    if context.order_id is None:
        words = _("The Market does not say which order this is about. Ask the buyer for its number.")
        if context.kind == ContextKind.DIRECT:
            words = _("A question: the Market gives no order and no goods for it.")
        yield from _text(words, Role.MUTED, sight)
        return
    yield from _text(_("Order {number}").format(number=context.order_id), Role.STRONG, sight)
    if found.item.shop_name:
        yield from _text(orders.outside(found.item.shop_name), Role.MUTED, sight)
    if reading is not None and reading.what is not None:
        yield from _whole_order(reading.what, sight)
    elif reading is not None:
        words = _("Order not found. It may be over 30 days old, or a test order.")
        yield from _text(words, Role.MUTED, sight)
    if found.order_problem is not None:
        yield from _problem(found.order_problem, _("This key has no right to read orders."), sight)
    elif reading is None:
        yield from _text(_("Loading the order…"), Role.MUTED, sight)
    if reading is not None:
        words = _("updated {when}").format(when=when(reading.at, sight.now, sight.zone))
        yield from _text(words, Role.RULE if found.order_problem is None else Role.WARN, sight)


def _whole_order(order: Order, sight: Sight) -> Iterator[Line]:
    if order.status:
        yield from _text(orders.order_status(order.status), Role.ACCENT, sight)
    if order.substatus and order.substatus != order.status:
        yield from _text(orders.order_substatus(order.substatus), Role.TEXT, sight)
    if order.created_at != UNKNOWN_TIME:
        words = _("ordered {when}").format(when=when(order.created_at, sight.now, sight.zone))
        yield from _text(words, Role.MUTED, sight)
    yield from _goods(order.lines, sight)
    if order.total is not None:
        yield from _text(_("Total: {sum}").format(sum=orders.amount(order.total)), Role.TEXT, sight)
    yield from _delivery(order, sight)


def _goods(lines: Iterable[OrderLine], sight: Sight) -> Iterator[Line]:
    for number, line in enumerate(lines):
        if number == 0:
            yield rule(_("Goods"), Role.MUTED, sight.width)
        yield from _text(orders.outside(line.name) or "?", Role.TEXT, sight)
        count = f"× {line.count if line.count is not None else '?'}"
        price = () if line.price is None else (orders.amount(line.price),)
        yield (Span("  "), Span(glyphs.JOIN.join((count, *price)), Role.MUTED))


def _delivery(order: Order, sight: Sight) -> Iterator[Line]:
    delivery, today = order.delivery, day_of(sight.now, sight.zone)
    arrived, kept = (orders.iso_day_words(day, today) for day in (delivery.real_day, delivery.kept_to_day))
    words = [
        orders.delivery_kind(delivery),
        _("arrived {day}").format(day=arrived) if arrived else orders.delivery_days(delivery, today),
        _("kept until {day}").format(day=kept) if kept and not arrived else "",
        orders.outside(delivery.address),
    ]
    if any(words):
        yield rule(_("Delivery"), Role.MUTED, sight.width)
    for sentence in filter(None, words):
        yield from _text(sentence, Role.TEXT, sight)


def _problem(problem: Problem, forbidden: str, sight: Sight) -> Iterator[Line]:
    if not problem.scopes:
        yield from _text(problem_words(problem), Role.WARN, sight)
        return
    yield from _text(forbidden, Role.WARN, sight)
    words = _("Give the key one of these rights in the seller's cabinet, Settings → API and modules:")
    yield from _text(words, Role.TEXT, sight)
    for scope in problem.scopes:
        # Broken before its colon rather than cut: the operator must find the right by this name.
        head, colon, tail = one_line(scope).partition(":")
        fits = len(head + colon + tail) + 2 <= sight.width
        parts = [head + colon + tail] if fits else [head, f"  {colon}{tail}"]
        for part in parts:
            yield (Span("  "), Span(part, Role.STRONG))
    words = _("The right takes effect within 10 minutes. Then press {refresh}.")
    yield from _text(words.format(refresh=sight.refresh), Role.MUTED, sight)


def _other_rows(found: ChatOrder, sight: Sight) -> Iterator[Line]:
    if not found.others:
        return
    title = _("The buyer's other chats") if found.are_others_of_buyer else _("Also about this order")
    yield rule(title, Role.MUTED, sight.width)
    for item in found.others:
        words, role = state_words(item)
        since = item.waiting_since if item.waiting_since is not None else item.chat.updated_at
        subject = (Span(about(item.chat.context, short=True)),)
        state = (Span(words, role), Span(f" {age(since, sight.now)}", Role.MUTED))
        # The number of an order is not cut for an age.
        has_room = width_of(subject) + 1 + width_of(state) <= sight.width
        yield spread(subject, state if has_room else state[:1], sight.width)


def _text(words: str, role: Role, sight: Sight) -> Iterator[Line]:
    for line in wrap(words, sight.width):
        yield (Span(line, role),)


# -- the widget ------------------------------------------------------------------------------------------


class OrderPanel(FramedPane, can_focus=True):
    """Shows the order of one chat; does not know where it comes from."""

    DEFAULT_CSS = """
    OrderPanel {
        padding: 0 1;
    }
    """

    def __init__(self, clock: Callable[[], Millis], zone: tzinfo, *, refresh: str) -> None:
        """`clock` is the Market's, `zone` the operator's; `refresh` is the key that asks the Market again."""
        super().__init__()
        self._clock = clock
        self._zone = zone
        self._refresh_key = refresh
        self._found: ChatOrder | None = None
        self._lines: Sequence[Line] = ()
        self._lines_width = -1
        """The width that `_lines` were made for; -1 = they are out of date."""
        self._top = 0
        """The first line on the screen."""

    def show(self, found: ChatOrder | None) -> None:
        """Show the order of a chat, from the first line if it is another chat; None = no chat is shown."""
        # Most news does not concern this order.
        if found == self._found:
            return
        shown = self._found.item.chat.chat_ref if self._found is not None else None
        self._found = found
        title = _("Order")
        if found is not None:
            title = glyphs.JOIN.join((title, buyer_name(found.item.chat.context)))
        self.border_title = plain(title, lines=False)
        if found is None or found.item.chat.chat_ref != shown:
            self._top = 0
        self.tick()

    def tick(self) -> None:
        """Make the lines again, for the current time and width."""
        self._lines_width = -1
        self._look_at(self._top)

    def paint(self, size: Size) -> list[Strip]:
        """The lines on the screen; blank rows below them are left out."""
        seen = self._drawn()[self._top : self._top + size.height]
        return [self.strip(line, size.width) for line in seen]

    def on_resize(self) -> None:
        """Make the lines for the new width."""
        self.tick()

    def action_move(self, step: int) -> None:
        """Scroll down by a line, or up (-1)."""
        self._look_at(self._top + step)

    def action_page(self, step: int) -> None:
        """Scroll down by a screen, or up (-1)."""
        self._look_at(self._top + step * self.content_size.height)

    def action_edge(self, end: bool) -> None:
        """Scroll to the end, or (False) to the beginning."""
        self._look_at(len(self._drawn()) if end else 0)

    def turn_wheel(self, step: int) -> None:
        """Scroll by two lines."""
        self._look_at(self._top + 2 * step)

    def action_copy_order(self) -> None:
        """Copy the number of the order to the clipboard."""
        number = self._found.item.chat.context.order_id if self._found is not None else None
        if number is None:
            notify(self, _("There is no order number to copy."), severity="warning")
        else:
            self.app.copy_to_clipboard(str(number))

    def _drawn(self) -> Sequence[Line]:
        width = max(1, self.content_size.width)
        if width != self._lines_width:
            self._lines_width = width
            sight = Sight(self._clock(), self._zone, width, self._refresh_key)
            self._lines = order_rows(self._found, sight) if self._found is not None else ()
        return self._lines

    def _look_at(self, top: int) -> None:
        # Negative if all lines fit: then the first one is on top.
        hidden = len(self._drawn()) - self.content_size.height
        self._top = max(0, min(top, hidden))
        self.border_subtitle = Content(glyphs.DOWN) if self._top < hidden else None
        self.redraw()
