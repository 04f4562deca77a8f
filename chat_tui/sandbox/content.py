"""Goods and dialogues of the pretend shop, read from `content.toml`, and messages of hostile buyers."""

import tomllib
from pathlib import Path
from typing import Final, NamedTuple

_CONTENT: Final = tomllib.loads(Path(__file__).with_name("content.toml").read_text(encoding="utf-8"))


class Goods(NamedTuple):
    """One offer; `nom` and `acc` are its everyday name in the nominative and the accusative."""

    sku: str
    title: str
    nom: str
    acc: str
    gender: str
    """A key of `FORMS`."""
    price: int
    """Roubles."""
    detail: str
    electric: bool = False


GOODS: Final = tuple(Goods(**each) for each in _CONTENT["goods"])
FORMS: Final[dict[str, dict[str, str]]] = _CONTENT["forms"]
BUYERS: Final[list[str]] = _CONTENT["buyers"]
ENGLISH_BUYERS: Final[list[str]] = _CONTENT["english_buyers"]
OUTLETS: Final[list[str]] = _CONTENT["outlets"]
PHRASES: Final[dict[str, str]] = _CONTENT["phrases"]
THANKS: Final[list[str]] = _CONTENT["thanks"]
FOLLOW_UPS: Final[list[str]] = _CONTENT["follow_ups"]
PHOTO_WORDS: Final[list[str]] = _CONTENT["photo_words"]

_LONG: Final = (
    "Здравствуйте! Пишу подробно, чтобы было понятно. Заказ {order}, товар «{title}». Сначала всё было "
    "хорошо: доставили вовремя, упаковка целая. Потом я внимательно прочитала описание и сделала всё по "
    "шагам. На третий день заметила, что не всё так, как в карточке. Мне важно разобраться, потому что это "
    "подарок. "
)
_LONG_TEXTS: Final = [
    "C: " + _LONG * 9,
    "C: " + "Ещё одно, по пунктам:\n1. Упаковка.\n2. Комплект.\n3. Сам товар.\n\n" * 6,
    "P: "
    + "Здравствуйте! Спасибо, что написали так подробно. Отвечаем по каждому пункту заказа {order}. " * 12,
]

DIALOGUES: Final[dict[str, list[list[str]]]] = {
    **{
        topic: [script.splitlines() for script in scripts] for topic, scripts in _CONTENT["dialogues"].items()
    },
    "long texts": [_LONG_TEXTS],
}
"""By topic; a script is a list of lines, in the form that `content.toml` explains."""


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
)
