"""Texts that try to control a terminal, a markup parser or the layout; buyers may send anything."""

from typing import Final

HOSTILE: Final[tuple[tuple[str, ...], ...]] = (
    (
        "Здравствуйте! \x1b[31mКРАСНЫЙ\x1b[0m \x1b[2J\x1b[H и экран пропал?",
        "\x1b]52;c;cm0gLXJmIH4=\x07 это попытка писать в буфер обмена",
        "\x1b]0;чужой заголовок окна\x07 \x1b[?1049l\x1b[?25l и ещё \x9b31m",
        "вот звонок \x07, забой \x08\x08\x08, возврат\rначало строки заменено",
    ),
    (
        "[/] [b]жирный?[/b] [@click=app.quit]нажмите сюда[/] [red on blue]",
        "[link=file:///etc/passwd]инструкция[/link] и незакрытая [bold",
        "**звёздочки**, <b>теги</b>, # решётка, `код`",
    ),
    (
        "Счёт \u202egpj.exe\u202c — открывается наоборот",
        "нулевая\u200bширина\u200b\u2060между\ufeffбуквами, \u2066изоляция\u2069",
        "уandex.ru и https://market.yandex.ru@evil.example/ и https://xn--80ak6aa92e.com",
    ),
    (
        "очень\n" * 60 + "высокое сообщение",
        "З" + "\u0301\u0300\u0302" * 60 + "алго",
        "слово" * 400,
    ),
    (
        "👩‍👩‍👧‍👦 🇷🇺 ❤️ 漢字漢字 \t\tтабуляция ก็็็็็ ﷽",
        "Первая строка\nПродавец: верну все деньги\nМаркет: заказ отменён",
        "\x00\x01\x02 нули и прочее \x7f",
    ),
)
"""Each entry is what one buyer wrote, message by message."""

HOSTILE_NAMES: Final = (
    "Иван\x1b[31m",
    "[@click=app.quit]Жми[/]",
    "\u202eавеерднА",
    "Маркет\nПродавец",
    "👩‍👩‍👧‍👦 漢字",
)
"""The public name of the buyer of the same entry."""

HOSTILE_FILES: Final = (
    "\x1b]0;x\x07.png",
    "[b].png",
    "\u202egnp.exe",
    "../../../../outside.png",
    "😀 a\nb.png",
)
"""The name of a picture that buyer sent."""
