"""One shop at one moment, the same on every machine, for snapshots and README pictures."""

import uuid
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from chat_tui import locale
from chat_tui.inbox.context import InboxSettings
from chat_tui.inbox.events import Event
from chat_tui.inbox.market import MarketApi
from chat_tui.inbox.service import Inbox
from chat_tui.model.chat import (
    Attachment,
    Chat,
    ChatContext,
    ChatKind,
    ChatStatus,
    ContextKind,
    Message,
    Sender,
    Shop,
)
from chat_tui.model.ids import CampaignId, ChatRef, MessageId, Millis, OrderId, OutboxId, ReturnId
from chat_tui.model.link import Budget, Link, LinkState
from chat_tui.model.outbox import NewItem, OutboxKind, OutboxState
from chat_tui.model.problem import Certainty, Problem, ProblemKind
from chat_tui.model.timeline import Draft
from chat_tui.settings import Preferences
from chat_tui.settings.schema import QueueSettings
from chat_tui.store import chats, drafts, messages, outbox
from chat_tui.store.database import Pending, Store, StorePaths
from chat_tui.store.errors import StoreProblem
from chat_tui.ui.app import ChatTuiApp
from tests.support.places import places
from tests.support.refs import BUSINESS, ref

NOW: Millis = int(datetime(2026, 11, 22, 15, 30, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
HOUR = 60 * MINUTE

BUDGET = Budget("getChats", 5000, 4650, NOW + 20 * MINUTE)
ONLINE = Link(LinkState.ONLINE, fresh_at=NOW - 3_000, budgets={"getChats": BUDGET})
OFFLINE = Link(
    LinkState.OFFLINE,
    Problem(ProblemKind.OFFLINE, Certainty.NOT_SENT),
    fresh_at=NOW - 88 * MINUTE,
)
REFUSED = Link(
    LinkState.REFUSED,
    Problem(ProblemKind.UNAUTHORIZED, Certainty.REFUSED, http_status=401, message="Api-Key token is revoked"),
)

_SHOPS = (
    Shop(CampaignId(1), "Уютная кухня", 1185230, "Уютная кухня", "FBS", "AVAILABLE"),
    Shop(CampaignId(2), "Уютная кухня — экспресс", 1185230, "Уютная кухня", "FBS", "AVAILABLE"),
)


@dataclass(frozen=True)
class Talk:
    """A chat of the scene: its buyer, its subject, and each message with its age in minutes."""

    number: int
    name: str | None
    context: ContextKind
    status: ChatStatus
    said: tuple[tuple[float, Sender, str | Attachment], ...]
    kind: ChatKind = ChatKind.CHAT


_US, _BUYER, _MARKET, _ARBITER = Sender.PARTNER, Sender.CUSTOMER, Sender.MARKET, Sender.SUPPORT
_PHOTO = Attachment("IMG_2031.jpg", "https://files.messenger.yandex.net/file/1f0c2e7a", 482_133)
_ORDER, _RETURN, _DIRECT = ContextKind.ORDER, ContextKind.RETURN, ContextKind.DIRECT
_WAITS, _ANSWERED = ChatStatus.WAITING_FOR_PARTNER, ChatStatus.WAITING_FOR_CUSTOMER

TALKS = (
    Talk(
        1,
        "Павел С.",
        _RETURN,
        ChatStatus.WAITING_FOR_ARBITER,
        (
            (1500, _BUYER, "Товар пришёл с трещиной, прошу вернуть деньги."),
            (1499, _BUYER, _PHOTO),
            (1440, _US, "Здравствуйте! Мы проверяли товар перед отправкой, трещины не было."),
            (190, _ARBITER, "Продавец, пришлите, пожалуйста, фото товара перед отправкой."),
        ),
        ChatKind.ARBITRAGE,
    ),
    Talk(
        2,
        "Ольга К.",
        _ORDER,
        _WAITS,
        (
            (2950, _MARKET, "Покупатель открыл чат по заказу 51230874562."),
            (2940, _BUYER, "Здравствуйте! Оформила чайник, а когда его привезут?"),
            (2900, _US, "Добрый день, Ольга! Передали в доставку, приедет 22–23 ноября."),
            (2890, _BUYER, "Спасибо большое, буду ждать"),
            (2880, _US, "Пожалуйста! Хорошего дня."),
            (42, _BUYER, "Сегодня уже 22-е, а статус не меняется. Всё в порядке с заказом?"),
            (41, _BUYER, "Очень нужен к празднику, завтра у мамы юбилей"),
        ),
    ),
    Talk(
        3,
        "Иван",
        _DIRECT,
        _WAITS,
        ((28, _BUYER, "Подойдёт ли крышка к сковороде 28 см той же серии?"),),
    ),
    Talk(
        4,
        "Emma W.",
        _ORDER,
        _WAITS,
        (
            (75, _BUYER, "Hi! Could you tell me the pickup point opening hours?"),
            (60, _US, "Hello Emma! Daily 9:00–21:00."),
            (11, _BUYER, "Perfect. And can somebody else collect it for me?"),
        ),
    ),
    Talk(
        5,
        "Надежда Юрьевна Преображенская",
        _RETURN,
        _WAITS,
        ((9, _BUYER, "Отправила возврат, номер накладной в приложении."), (8, _BUYER, _PHOTO)),
    ),
    Talk(
        6,
        None,
        _DIRECT,
        ChatStatus.NEW,
        ((3, _BUYER, "[@click=app.quit]Жми[/] \x1b[2J скидка [50%]"),),
    ),
    Talk(
        7,
        "Марина Л.",
        _ORDER,
        _ANSWERED,
        ((300, _BUYER, "Можно поменять цвет на чёрный?"), (240, _US, "Да, поменяли. Хорошего дня!")),
    ),
    Talk(
        8,
        "Sasha_home",
        _ORDER,
        ChatStatus.FINISHED,
        ((4000, _BUYER, "Спасибо, всё пришло!"), (3990, _US, "Рады помочь!")),
    ),
)


def _chat(talk: Talk) -> Chat:
    is_order = talk.context != _DIRECT
    return Chat(
        ref(talk.number),
        ChatContext(
            kind=talk.context,
            order_id=OrderId(51230874560 + talk.number) if is_order else None,
            return_id=ReturnId(8812040 + talk.number) if talk.context == _RETURN else None,
            campaign_id=CampaignId(1 + talk.number % 2) if is_order else None,
            customer_name=talk.name,
        ),
        talk.kind,
        talk.status,
        _at(talk.said[0][0]),
        _at(talk.said[-1][0]),
    )


def _at(minutes_ago: float) -> Millis:
    return NOW - int(minutes_ago * MINUTE)


def _messages(talk: Talk) -> list[Message]:
    return [
        Message(
            ref(talk.number),
            MessageId(talk.number * 1000 + place),
            _at(ago),
            sender,
            what if isinstance(what, str) else None,
            () if isinstance(what, str) else (what,),
        )
        for place, (ago, sender, what) in enumerate(talk.said)
    ]


def fill(store: Store) -> None:
    """Write the scene into an empty store."""
    store.write_cache(chats.save_shops, _SHOPS).result()
    store.write_cache(chats.save_page, [_chat(talk) for talk in TALKS], NOW).result()
    for talk in TALKS:
        store.write_cache(
            messages.save_page, ref(talk.number), _messages(talk), newest_reached=True, oldest_reached=True
        ).result()
    store.write_state(drafts.save, Draft(ref(4), "Yes, with the code from your app", 32), NOW).result()


def unread_chats(store: Store) -> None:
    """Add chats of the spring that are in the list and whose history was never read."""
    since = datetime(2026, 4, 2, 9, 0, tzinfo=UTC).timestamp() * 1000
    known = _chat(TALKS[-1])
    more = [replace(known, chat_ref=ref(100 + n), updated_at=int(since) + n * HOUR) for n in range(15)]
    store.write_cache(chats.save_page, more, NOW).result()


def queue_an_answer(
    store: Store, chat: ChatRef, text: str, *states: OutboxState, problem: str = ""
) -> OutboxId:
    """Queue an answer and move its outbox item through `states`."""
    outbox_id = OutboxId(str(uuid.uuid5(uuid.NAMESPACE_OID, f"{chat}-{text}")))
    item = store.write_state(
        outbox.enqueue,
        NewItem(
            outbox_id=outbox_id,
            chat_ref=chat,
            kind=OutboxKind.TEXT,
            text=text,
            not_before=NOW + 4_000 if not states else 0,
            created_at=NOW - MINUTE,
        ),
    ).result()
    for state in states:
        moved = store.write_state(outbox.move, outbox_id, item.state, state, problem=problem).result()
        assert moved is not None
        item = moved
    return outbox_id


def some_answers(store: Store) -> None:
    """Add one answer in every state to Olga's chat."""
    olga = ref(2)
    queue_an_answer(store, olga, "Уточняем у службы доставки.", OutboxState.SENDING, OutboxState.SENT)
    queue_an_answer(
        store, olga, "Это не дошло.", OutboxState.SENDING, OutboxState.FAILED, problem=ProblemKind.BAD_REQUEST
    )
    queue_an_answer(
        store,
        olga,
        "А это — неизвестно.",
        OutboxState.SENDING,
        OutboxState.UNCONFIRMED,
        problem=ProblemKind.TIMEOUT,
    )
    queue_an_answer(store, olga, "Ждёт связи.", OutboxState.WAITING, problem=ProblemKind.OFFLINE)
    queue_an_answer(store, olga, "Ещё можно отменить.")


class StillInbox(Inbox):
    """An inbox in which nothing changes: the engine is not started, and the scene sets the link."""

    def __init__(self, store: Store, link: Link) -> None:
        super().__init__(store, _no_market, settings=InboxSettings(), wall_ms=lambda: NOW)
        self._still = link
        opened: Future[None] = Future()
        opened.set_exception(StoreProblem("a still inbox has no engine"))
        self._asking.opened = Pending(opened)

    def link(self, chat_ref: ChatRef | None = None) -> Link:
        return self._still

    def _publish(self, event: Event) -> None:
        """Publish at once: there is no engine thread to do it."""
        self._engine.bus.publish(event)

    def awaken(self) -> None:
        """Start nothing."""

    def finish(self) -> None:
        """Close the files."""
        self._loop.discard()
        self._store.close()


def _no_market() -> MarketApi:
    raise AssertionError("a still inbox sends no requests")


@dataclass
class Scene:
    """The app with the scene."""

    store: Store
    inbox: StillInbox
    app: ChatTuiApp

    def close(self) -> None:
        """Close the files."""
        self.inbox.finish()


def _paths(root: Path) -> StorePaths:
    return StorePaths(root / "cache", root / "data", BUSINESS)


@cache
def _files(*, filled: bool) -> dict[Path, bytes]:
    """The files of a store with the scene: the same for every test, so they are written only once."""
    with TemporaryDirectory() as place:
        root = Path(place)
        store = Store(_paths(root))
        if filled:
            fill(store)
        store.close()
        return {path.relative_to(root): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def _put(files: dict[Path, bytes], root: Path) -> None:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_bytes(content)


def make_scene(
    root: Path,
    *,
    language: str,
    link: Link = ONLINE,
    filled: bool = True,
    prepare: Callable[[Store], None] | None = None,
    now: Callable[[], Millis] = lambda: NOW,
) -> Scene:
    """The app with the scene, in one language."""
    locale.use(language)
    if not (root / "data").exists():
        _put(_files(filled=filled), root)
    store = Store(_paths(root))
    if prepare is not None:
        prepare(store)
    inbox = StillInbox(store, link)
    staying = Preferences(queue=QueueSettings(auto_advance=False))
    app = ChatTuiApp(inbox, staying, places(root), now=now, zone=UTC)
    return Scene(store, inbox, app)


__all__ = [
    "NOW",
    "OFFLINE",
    "ONLINE",
    "REFUSED",
    "Scene",
    "fill",
    "make_scene",
    "queue_an_answer",
    "some_answers",
    "unread_chats",
]
