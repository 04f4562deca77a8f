"""Goods, buyers and dialogues of the pretend shop in one language, and messages of hostile buyers."""

import re
import tomllib
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from chat_tui.sandbox.seeded_random import mix


class Goods(NamedTuple):
    """One offer; `nom` and `acc` are its everyday name in the nominative and the accusative."""

    sku: str
    title: str
    nom: str
    acc: str
    gender: str
    """A key of `[forms]`."""
    price: int
    """Roubles."""
    detail: str
    drawing: str
    """The drawing of its photo."""
    electric: bool = False


class Buyer(NamedTuple):
    """Who writes; `is_woman` decides the forms of the words."""

    name: str | None
    """None = the Market shows no name."""
    is_woman: bool


class Scene(NamedTuple):
    """A conversation written for one buyer about certain goods."""

    buyer: Buyer
    goods: Goods
    script: list[str]


class Reply(NamedTuple):
    """What a buyer says when certain words are heard."""

    when: re.Pattern[str]
    asks: tuple[str, ...]
    """Wordings that go on."""
    ends: tuple[str, ...]
    """Wordings that are the last word."""
    photo: bool


_FORMS: Final = re.compile(r"<([^<>|]*)\|([^<>|]*)>")
"""A word in its forms for a man and a woman."""


class Content:
    """What a shop of one language sells and says, from `content.*.toml`, where the form is explained."""

    def __init__(self, language: str) -> None:
        path = Path(__file__).with_name(f"content.{language}.toml")
        told = tomllib.loads(path.read_text(encoding="utf-8"))
        self.business: str = told["business"]
        self.shops: list[str] = told["shops"]
        """The names of `access.SHOPS`."""
        self.city: str = told["city"]
        self.courier: str = told["courier"]
        self.outlets: list[str] = told["outlets"]
        self.phrases: dict[str, str] = told["phrases"]
        self.english_buyers = frozenset[str](told["english_buyers"])
        """Buyers who write in English in a shop of another language."""
        self.goods = tuple(Goods(**each) for each in told["goods"])
        self._buyers = tuple(
            Buyer(name, is_woman)
            for pair in zip(told["women"], told["men"], strict=True)
            for name, is_woman in zip(pair, (True, False), strict=True)
        )
        self.scenes = {name: self._scene(scene) for name, scene in told["scenes"].items()}
        self.dialogues: dict[str, list[list[str]]] = {
            topic: [one.splitlines() for one in scripts] for topic, scripts in told["dialogues"].items()
        }
        """By topic; a script is a list of lines."""
        self.closing: list[str] = told["closing"]["ends"]
        """Last words that fit everywhere."""
        self.arbiter: dict[str, Any] = told["arbiter"]
        """Wordings of the arbiter."""
        self._agrees = re.compile(self.arbiter["agrees"])
        self._replies = [_reply(each) for each in told["replies"]]
        self._forms: dict[str, dict[str, str]] = told["forms"]
        self._days: list[str] = told["days"]
        self._date: str = told["date"]
        self._months: list[str] = told["months"]

    def _scene(self, told: dict[str, Any]) -> Scene:
        goods = next(goods for goods in self.goods if goods.sku == told["sku"])
        return Scene(Buyer(told.get("buyer"), told.get("woman", False)), goods, told["script"].splitlines())

    @cached_property
    def _women(self) -> frozenset[str | None]:
        told = (*self._buyers, *(scene.buyer for scene in self.scenes.values()))
        return frozenset(buyer.name for buyer in told if buyer.is_woman)

    def reply(self, heard: str) -> Reply:
        """What a buyer has to say to these words of the shop; "" = it sent a file without words."""
        words = _plain(heard) or "file"
        return next(reply for reply in self._replies if reply.when.search(words))

    def agrees(self, heard: str) -> bool:
        """Whether these words of the shop approve a return."""
        return bool(self._agrees.search(_plain(heard)))

    def buyer(self, number: int) -> Buyer:
        """The buyer of this number; of numbers near each other no two are the same."""
        return self._buyers[number % len(self._buyers)]

    def writer(self, topic: str, seed: int, number: int) -> Buyer:
        """Who writes in the generated chat of this number, about this topic, in the world of this seed."""
        if topic.startswith("hostile"):
            return Buyer(HOSTILE[int(topic.split()[1])].name, is_woman=False)
        if topic == "nameless":
            return Buyer(None, is_woman=False)
        scene = self.scenes.get(topic)
        return scene.buyer if scene else self.buyer(mix(seed) + number)

    def is_woman(self, name: str | None) -> bool:
        """Whether the buyer of this name is a woman; a buyer without a name is written of as a man."""
        return name in self._women

    def forms(self, goods: Goods) -> dict[str, str]:
        """The words that must agree with these goods."""
        return self._forms[goods.gender]

    def date(self, day: int, month: int) -> str:
        """A date as people say it: 24 ноября."""
        return self._date.format(day=day, month=self._months[month - 1])

    def day(self, days: int, date: str) -> str:
        """The day so many days from now as people say it: завтра, or else the date."""
        return self._days[days] if 0 <= days < len(self._days) else date


def _reply(told: dict[str, Any]) -> Reply:
    when = re.compile(told["when"])
    return Reply(when, tuple(told.get("asks", ())), tuple(told.get("ends", ())), told.get("photo", False))


def _plain(text: str) -> str:
    return text.casefold().replace("ё", "е").strip()


@cache
def content(language: str) -> Content:
    """The content in a language, "ru" or "en"."""
    return Content(language)


def money(roubles: int) -> str:
    """An amount as people write it, without the sign of the currency: 1 190."""
    return f"{roubles:,}".replace(",", "\u00a0")


def spoken(text: str, *, is_woman: bool) -> str:
    """The text in the words of a man or a woman."""
    return _FORMS.sub(lambda forms: forms[2 if is_woman else 1], text)


class Hostile(NamedTuple):
    """A buyer who tries to control the terminal, a markup parser or the layout: buyers may send anything."""

    name: str
    file: str
    """The name of a picture that the buyer sent."""
    texts: tuple[str, ...]
    """The buyer's messages, in order."""


HOSTILE: Final = (
    Hostile(
        "Иван\x1b[31m",
        "\x1b]0;x\x07.png",
        (
            "Здравствуйте! \x1b[31mКРАСНЫЙ\x1b[0m \x1b[2J\x1b[H и экран пропал?",
            "\x1b]52;c;cm0gLXJmIH4=\x07 это попытка писать в буфер обмена",
            "\x1b]0;чужой заголовок окна\x07 \x1b[?1049l\x1b[?25l и ещё \x9b31m",
            "вот звонок \x07, забой \x08\x08\x08, возврат\rначало строки заменено",
        ),
    ),
    Hostile(
        "[@click=app.quit]Жми[/]",
        "[b].png",
        (
            "[/] [b]жирный?[/b] [@click=app.quit]нажмите сюда[/] [red on blue]",
            "[link=file:///etc/passwd]инструкция[/link] и незакрытая [bold",
            "**звёздочки**, <b>теги</b>, # решётка, `код`",
        ),
    ),
    Hostile(
        "\u202eавеерднА",
        "\u202egnp.exe",
        (
            "Счёт \u202egpj.exe\u202c — открывается наоборот",
            "нулевая\u200bширина\u200b\u2060между\ufeffбуквами, \u2066изоляция\u2069",
            "уandex.ru и https://market.yandex.ru@evil.example/ и https://xn--80ak6aa92e.com",
        ),
    ),
    Hostile(
        "Маркет\nПродавец",
        "../../../../outside.png",
        (
            "очень\n" * 60 + "высокое сообщение",
            "З" + "\u0301\u0300\u0302" * 60 + "алго",
            "слово" * 400,
        ),
    ),
    Hostile(
        "👩‍👩‍👧‍👦 漢字",
        "😀 a\nb.png",
        (
            "👩‍👩‍👧‍👦 🇷🇺 ❤️ 漢字漢字 \t\tтабуляция ก็็็็็ ﷽",
            "Первая строка\nПродавец: верну все деньги\nМаркет: заказ отменён",
            "\x00\x01\x02 нули и прочее \x7f",
        ),
    ),
    Hostile(
        "Очень длинное имя покупателя " * 12,
        "очень_длинное_имя_файла_" * 10 + ".png",
        (
            "Пишу подробно, чтобы было понятно. Сначала всё было хорошо, потом не всё, как в карточке. " * 40,
            "Ещё одно, по пунктам:\n1. Упаковка.\n2. Комплект.\n3. Сам товар.\n\n" * 6,
        ),
    ),
)
