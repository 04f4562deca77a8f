"""Every place of the screen that may show text from outside (F-086): a new pane adds its lines here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any

from textual.widgets import Input

from chat_tui.model.chat import Attachment
from chat_tui.model.doubt import Doubt, DoubtKind
from chat_tui.model.file import FileCard
from chat_tui.model.ids import MessageId, OutboxId
from chat_tui.model.link import Link, LinkState
from chat_tui.model.outbox import OutboxItem, OutboxKind, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.queue import QueueItem
from chat_tui.model.search import SearchHit, SearchQuery
from chat_tui.model.timeline import Entry
from chat_tui.ui.chat.rows import Scene, entry_lines
from chat_tui.ui.dialogs.app_dialogs import Help, Palette
from chat_tui.ui.dialogs.chat_dialogs import NewChatScreen
from chat_tui.ui.dialogs.outbox import OutboxScreen, detail_words, outbox_lines
from chat_tui.ui.files.attach import FileCardScreen
from chat_tui.ui.kit.choice_list import ChoiceList
from chat_tui.ui.kit.questions import offer
from chat_tui.ui.kit.text import notify
from chat_tui.ui.queue.view import queue_row
from chat_tui.ui.search.screen import hit_lines
from chat_tui.words.chats import chat_title, recipient, state_words
from chat_tui.words.files import details_words, head_words, renamed_words
from chat_tui.words.line import text_of
from chat_tui.words.links import link_warnings
from chat_tui.words.problems import problem_words
from chat_tui.words.status import notice
from tests.faults.support.hostile_stage import HostileApp
from tests.ui.pane_samples import NOW, message, outbox_item, queue_item


@dataclass(frozen=True)
class Place:
    """Places that are on the screen together, and a function that shows a text there."""

    name: str
    show: Callable[[HostileApp, str], Awaitable[None] | None]
    times: int = 1
    """The number of times that the text is marked there."""


@dataclass(frozen=True)
class Wall:
    """A place that can show all texts at once."""

    name: str
    show: Callable[[HostileApp, Sequence[str]], None]
    leaves_out: str = ""
    """A text that this place takes for a page of HTML."""


def refusal(text: str) -> Problem:
    """A failure with a server's own message."""
    return Problem(ProblemKind.BAD_REQUEST, Certainty.REFUSED, http_status=400, message=text)


def card(**changes: Any) -> FileCard:
    """A file, of a harmless kind unless `changes` say otherwise."""
    fields: dict[str, Any] = {
        "path": "/home/me/a.txt",
        "name": "a.txt",
        "size": 12,
        "media_type": "text/plain",
        "head": (),
        "fingerprint": (0, 0, 0, 0),
    }
    return FileCard(**{**fields, **changes})


def _unknown_state(text: str) -> QueueItem:
    """A chat with a state that the program does not know."""
    return queue_item(status=text, waiting_since=None)


def failed(text: str) -> OutboxItem:
    """Our own message that the server refused with this error."""
    return outbox_item(OutboxState.FAILED, error=text, text="x")


async def _confirm(stage: HostileApp, text: str) -> None:
    screen = OutboxScreen([outbox_item()], {outbox_item().chat_ref: _title(text)}, now=lambda: NOW)
    await stage.dialog(screen)
    screen.action_take_back()


async def _private(stage: HostileApp, text: str) -> None:
    private = card(name=f"{text}.pem", doubts=(Doubt(DoubtKind.PRIVATE, text),))
    await stage.dialog(screen := FileCardScreen(private, "Olga", clock=_later()))
    screen.action_send()


async def _offer(stage: HostileApp, text: str) -> None:
    await stage.dialog(offer("Another copy has this:", text))


async def _type(stage: HostileApp, text: str, screen: Palette | Help) -> None:
    await stage.dialog(screen)
    screen.query_one(Input).value = text


def _echo(number: int, state: OutboxState = OutboxState.QUEUED, **changes: Any) -> OutboxItem:
    return outbox_item(state, outbox_id=OutboxId(str(number)), seq=number, **changes)


def _later() -> Callable[[], float]:
    seconds = iter(range(1000))
    return lambda: float(next(seconds))


def _title(text: str) -> str:
    return chat_title(queue_item(customer_name=text))


def _outbox(text: str) -> OutboxScreen:
    items = [
        failed(text),
        outbox_item(outbox_id=OutboxId("two"), text=text),
        outbox_item(outbox_id=OutboxId("three"), kind=OutboxKind.FILE, text="", file_name=text),
    ]
    return OutboxScreen(items, {items[0].chat_ref: _title(text)}, now=lambda: NOW)


def _file_card(text: str) -> FileCardScreen:
    told = card(path=f"/{text}", name=f"{text}.txt", media_type=text, head=(text,))
    return FileCardScreen(told, _title(text))


def _panes(stage: HostileApp, text: str) -> None:
    about = {"customer_name": text, "shop_name": text}
    stage.talk(Entry(message(1, "x")), Entry(message(2, "x", sender=text)), **about)
    stage.history.older_failed(problem_words(refusal(text)))


def _words(stage: HostileApp, text: str) -> None:
    stage.notice.say(notice(Link(LinkState.REFUSED, refusal(text)), NOW, UTC))
    notify(stage, text)
    notify(stage, problem_words(refusal(text)), severity="error")


def _hits(stage: HostileApp, texts: Sequence[str]) -> None:
    """The list of a search, as its screen draws it."""
    rows = [
        SearchHit(queue_item(n, customer_name=t, shop_name=t), MessageId(n), NOW, t, t, (t,))
        for n, t in enumerate(texts, 1)
    ]
    found = ChoiceList[SearchHit](
        lambda hit, cells: hit_lines(hit, SearchQuery(("x",)), NOW, UTC, cells), instead="", row_height=2
    )
    stage.mount(found)
    stage.call_after_refresh(found.show, rows)


def _picture(text: str) -> tuple[Attachment, ...]:
    return (Attachment(text, "https://files.example/1", 5),)


def _rows(field: str, **more: Any) -> Callable[[HostileApp, Sequence[str]], None]:
    def show(stage: HostileApp, texts: Sequence[str]) -> None:
        stage.rows(*(queue_item(number, **{field: text}, **more) for number, text in enumerate(texts, 1)))

    return show


def _talk(entry: Callable[[int, str], Entry]) -> Callable[[HostileApp, Sequence[str]], None]:
    def show(stage: HostileApp, texts: Sequence[str]) -> None:
        stage.talk(*(entry(number, text) for number, text in enumerate(texts, 1)))

    return show


WALLS = (
    Wall("search results", _hits),
    Wall("buyer's name in the list", _rows("customer_name")),
    Wall("preview in the list", _rows("snippet")),
    Wall("file name in the list", _rows("snippet", newest_has_file=True)),
    Wall("subject in the list", _rows("context_kind")),
    Wall("state in the list", _rows("status", waiting_since=None)),
    Wall("author in the list", _rows("newest_sender")),
    Wall("text in the history", _talk(lambda n, t: Entry(message(n, t)))),
    Wall("unknown sender in the history", _talk(lambda n, t: Entry(message(n, "x", sender=t)))),
    Wall("file in the history", _talk(lambda n, t: Entry(message(n, None, attachments=_picture(t))))),
    Wall("echo in the history", _talk(lambda n, t: Entry(None, _echo(n, text=t)))),
    Wall(
        "refusal in the history",
        _talk(lambda n, t: Entry(None, _echo(n, OutboxState.FAILED, error=t))),
        leaves_out="<b>x</b>",
    ),
)

PLACES = (
    Place("header, recipient, sender column, failed loading", _panes, 6),
    Place("notice line, notification, error line", _words, 3),
    Place("file card: recipient, name, kind, first lines", lambda s, t: s.dialog(_file_card(t)), 4),
    Place("confirm card: private file", _private),
    Place("confirm card: recipient", _confirm),
    Place("confirm card: draft of another window", _offer),
    Place("outbox: recipient, text, file, detail", lambda s, t: s.dialog(_outbox(t)), 6),
    Place("new chat: problem", lambda s, t: s.dialog(NewChatScreen(5, problem=problem_words(refusal(t))))),
)

ECHOES = (
    Place("draft in the box", lambda s, t: s.box.load(t, 0)),
    Place("palette: what is typed", lambda s, t: _type(s, t, Palette(lambda _one: ""))),
    Place("help: what is typed", lambda s, t: _type(s, t, Help(None, lambda _one: ""))),
)
"""Places of text that the operator typed or pasted, which is harmless but not marked."""


def words(text: str) -> list[str]:
    """The text as every place would show it, made by the functions that make its lines."""
    item = queue_item(customer_name=text, shop_name=text, snippet=text, context_kind=text, newest_sender=text)
    told = card(path=f"/{text}", name=text, media_type=text, head=(text, text))
    entry = Entry(message(1, text, sender=text, attachments=_picture(text)), failed(text))
    drawn = entry_lines(entry, Scene(100, UTC, NOW, item.chat.context))
    found = SearchHit(item, MessageId(1), NOW, text, text, (text,))
    hits = [
        line
        for hit in (found, replace(found, message_id=None), replace(found, text="", sender="CUSTOMER"))
        for line in hit_lines(hit, SearchQuery((text, "x")), NOW, UTC, 100)
    ]
    lines = [
        *hits,
        *queue_row(item, NOW, 60),
        *drawn.body,
        *outbox_lines(failed(text), _title(text), NOW, 60),
    ]
    return [
        *(text_of(line) for line in lines),
        *(recipient(item), state_words(_unknown_state(text))[0], problem_words(refusal(text))),
        *(details_words(told), *head_words(told, 64).split("\n"), renamed_words(told)),
        *(detail_words(failed(text)), *link_warnings(text)),
    ]
