"""The hostile texts of the fault catalogue, F-067 to F-085, and their expected form on a terminal."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Payload:
    """A text that a buyer, a server or a file name may contain."""

    fault: int
    text: str
    seen: str
    """How it begins on the screen, where it is on one line."""

    def __str__(self) -> str:
        return f"F-{self.fault:03}-{self.seen[:12].encode('unicode_escape').decode()}"


def _literal(fault: int, *texts: str) -> tuple[Payload, ...]:
    return tuple(Payload(fault, text, text) for text in texts)


PAYLOADS: Final = (
    Payload(67, "\x1b]52;c;ZXZpbA==\x07", "␛]52;c;ZXZpbA==␇"),
    Payload(68, "\x1b[2J\x1b[H", "␛[2J␛[H"),
    Payload(68, "\x1b[10A", "␛[10A"),
    Payload(68, "\x1b[999B", "␛[999B"),
    Payload(69, "\x1b]0;PWN\x07", "␛]0;PWN␇"),
    Payload(69, "\x1b]2;PWN\x1b\\", "␛]2;PWN␛\\"),
    Payload(69, "\x1bc", "␛c"),
    Payload(70, "\x9b31m", "<009B>31m"),
    Payload(70, "\x9d0;x\x9c", "<009D>0;x<009C>"),
    Payload(70, "\x90q\x9c", "<0090>q<009C>"),
    Payload(70, "\x85", "<0085>"),
    Payload(71, "\x1b]8;;https://evil.example", "␛]8;;https://evil"),
    Payload(71, "\x1bP", "␛P"),
    Payload(71, "\x1b_G", "␛_G"),
    Payload(71, "конец\x1b", "конец␛"),
    Payload(72, "\x1b[6n", "␛[6n"),
    Payload(72, "\x1b[c", "␛[c"),
    Payload(72, "\x05", "␅"),
    Payload(72, "\x1b]11;?\x07", "␛]11;?␇"),
    Payload(72, "\x1b[21t", "␛[21t"),
    Payload(73, "Оплачено\rНе оплачено", "Оплачено␍Не"),
    Payload(73, "abc\b\b\bxyz", "abc␈×3xyz"),
    Payload(73, "\x00", "␀"),
    Payload(73, "\x7f", "␡"),
    Payload(73, "\x0b\x0c", "␋␌"),
    Payload(73, "\x0e\x0f", "␎␏"),
    Payload(74, "\x1b[?1000h\x1b[?1003h", "␛[?1000h␛[?1003h"),
    Payload(74, "\x1b[?25l", "␛[?25l"),
    Payload(74, "\x1b[?1049l", "␛[?1049l"),
    *_literal(75, "[/]", "[1] [b][/i]", "[/", "[link=file:x]y[/link]", "[type=x, v={'a[0]'}]"),
    *_literal(76, "скидка [50%]", "[bold]ок", "[$foo]", "[foo=]", "\\[x]", "[red on blue]x", "$primary"),
    *_literal(77, "[@click=app.quit]Подтвердить[/]", "[@click=app.send_now]x[/]"),
    Payload(78, "\u202egpj.exe", "<202E>gpj.exe"),
    Payload(78, "\u2066abc\u2069", "<2066>abc<2069>"),
    Payload(78, "\u200f123", "<200F>123"),
    Payload(79, "e" + "\u0301" * 500, "é\u0301\u0301\u0301"),
    Payload(79, "\u200b" * 4096, "<200B>×"),
    Payload(79, "\u2060", "<2060>"),
    Payload(79, "\u3164", "<3164>"),
    Payload(79, "하" + "\u1161" * 500, "하"),
    Payload(80, "Иван\nМаркет: заказ отменён", "Иван"),
    Payload(80, "x\nПродавец: верну деньги", "x"),
    Payload(81, "👩\u200d👩\u200d👧\u200d👦", "👩"),
    Payload(81, "🇷🇺", "🇷🇺"),
    Payload(81, "❤\ufe0f", "❤"),
    Payload(81, "漢字", "漢字"),
    Payload(81, "a\t\tb", "a"),
    Payload(81, "ก" + "็" * 9, "ก็็็"),
    Payload(81, "a\u200db\u200cc", "ab\u200cc"),
    Payload(82, "\n" * 4096, ""),
    *_literal(
        83, "https://market.yandex.ru@evil.example/", "https://xn--80ak6aa92e.com", "https://уandex.ru"
    ),
    *_literal(84, "file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "ssh://a.example"),
    *_literal(84, "http://a.example", "https://169.254.169.254/"),
    *_literal(85, "**b**", "<b>x</b>", "# h", "`x`"),
)


def _together(*faults: int) -> Payload:
    chosen = [one for one in PAYLOADS if one.fault in faults]
    return Payload(faults[0], " ".join(one.text for one in chosen), chosen[0].seen)


BUNDLES: Final = (
    _together(67, 68, 69, 70, 71, 72, 73, 74),
    _together(75, 76, 77),
    _together(78, 81),
    _together(79),
    _together(80, 83, 84, 85),
    _together(82),
)
"""The same texts, several in one, for places that are slow to draw."""

STEERING: Final = re.compile(
    "["
    + "".join(
        chr(code)
        for code in (*range(0x20000), *range(0xE0000, 0xE1000))
        if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and chr(code) != "\u200c"
    )
    + "]"
)
"""Everything that moves a cursor, changes a mode or the direction; a non-joiner is part of a script.

Unicode has none of these categories in the planes between.
"""

_OWN: Final = re.compile(r"\x1b\[[\d;]*[mHABCD]")


def leaks(written: str) -> list[str]:
    """The payloads and controls in bytes that redraw a frame; there must be none."""
    # A lone ESC at the end is left to the other controls, because a colour sequence may follow the word.
    raw = [
        one.text for one in PAYLOADS if STEERING.search(one.text.replace("\n", "")) and one.text[-1] != "\x1b"
    ]
    return [text for text in raw if text in written] + STEERING.findall(_OWN.sub("", written))


def is_steered(written: str) -> bool:
    """Whether such bytes contain a control or direction mark, which an echo of typed text must not."""
    return re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", _OWN.sub("", written)) is not None
