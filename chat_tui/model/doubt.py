"""What the operator must agree to before something is sent. Only the operator can agree.

The Market hides a shop's goods if the shop sends contacts or links to other sites in a chat. Whether a text
holds one is a guess from its form. It only warns the operator; it neither refuses nor changes a text.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_GAP: Final = r"[\s.–—-]{0,2}"
_PAIRS: Final = rf"{_GAP}\d\d{_GAP}\d\d"
_PHONE: Final = re.compile(
    rf"""(?<![\w+])(?:
    \+\s?\d(?:[\s().–—-]{{0,3}}\d){{9,13}}  # +7 916 123-45-67, +375 (29) 123-45-67
    |[78]?9\d{{9}}  # without separators: order numbers of this length begin with other digits
    # 8 916 123-45-67, 8 (3952) 12-34-56: a separator after the 8 is needed, or prices would match
    |[78](?:[\s.–—-]{{1,2}}\(?|\()[3-9](?:\d\d\)?{_GAP}\d{{3}}|\d{{3}}\)?{_GAP}\d\d){_PAIRS}
    # (495) 123-45-67, 916 123-45-67
    |(?:\([3-9]\d\d\)\s?|9\d\d[\s–—-])\d{{3}}[\s–—-]\d\d[\s–—-]\d\d
    )(?!\d)""",
    re.VERBOSE,
)
_CALL: Final = re.compile(
    r"\b(?:тел|телефону?|звоните|позвоните|phone|tel|call)\b[^\d\n]{1,20}?(\+?\d(?:[\s().–—-]{0,2}\d){4,13})(?!\d)",
    re.IGNORECASE,
)
"""A number too short for `_PHONE` is a phone after a word such as "call"."""
_NUMBER_OF: Final = re.compile(
    r"(?:заказ\w*|возврат\w*|отправлени\w*|посылк\w*|накладн\w*|трек\w*|артикул\w*|№|#"
    r"|orders?|returns?|track\w*|parcel|sku)[\s:№#-]*(?:номер\w*|number|no\.?)?[\s:№#-]*$",
    re.IGNORECASE,
)
"""The words before a number that is not a phone: that of an order, a return, a parcel or an article."""
_MAIL: Final = re.compile(r"(?<![\w.+/-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{2,63})+")
_HANDLE: Final = re.compile(r"(?<![\w.@/])@[A-Za-z]\w{2,31}", re.ASCII)
_NAMES: Final = (
    r"whats\s?app|(?:ват|вот)с\s?[аa]п\w{0,2}|вацап\w?|viber|вайбер\w?|telegram|телеграмм?\w?|телег[аеу]|тг|tg"
    r"|skype|скайп\w?|вконтакте|вк|vk|instagram|инстаграмм?\w?|инст[аеу]|facebook|фейсбук\w?|discord|дискорд\w?"
    r"|wechat|вичат\w?|zalo|зало|icq|аськ[аеу]|tamtam|тамтам\w?|одноклассник\w{1,2}"
)
_WORDS: Final = r"max|макс|максе|мах|signal|сигнал\w?|imo|имо|line|лайн\w?"
"""Messengers named by a common word: what follows must look like a user name and like nothing else."""
_ITSELF: Final = r"messengers?|мессенджер\w{0,2}"
"""The word "messenger", which makes a common word before it a name: “макс мессенджер ivan”."""
_MESSENGER: Final = re.compile(
    rf"""(?<!\w)(?:
    (?:{_NAMES}|(?:(?:{_WORDS})[\s-])?(?:{_ITSELF})(?:\s(?:{_NAMES}|{_WORDS}))?)(?!\w)
    [\s:—–,-]{{1,4}}(?:(?:мой|мне|наш|по|номеру?|нику?|my|at|me|us|number)[\s:—–-]{{1,3}}){{0,3}}
    (?!(?:{_NAMES}|{_WORDS})(?!\w))(?:@?[a-z][a-z0-9_.]{{2,31}}|\+?\d(?:[\s().–—-]{{0,2}}\d){{4,13}})(?!\w)
    |(?:{_WORDS})(?!\w)[\s:—–-]{{1,3}}(?:@[a-z]\w{{2,31}}|[a-z][a-z0-9.]{{0,30}}_\w{{1,30}})(?!\w)
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_ZONES: Final = (
    "ru|com|net|org|su|рф|info|biz|pro|shop|store|online|site|website|club|top|xyz|app|link|live|me|io|cc|ly|gg"
    "|by|kz|uz|ua|am|ge|eu|de|uk|cn|tv|im"
)
"""Top-level domains that make a link even without a scheme or a path."""
_NO_ZONES: Final = (
    "pdf|jpe?g|png|gif|webp|heic|docx?|xlsx?|pptx?|csv|txt|rtf|od[ts]|zip|rar|7z|mp[34]|mov|avi"
)
"""Endings of file names, which are not top-level domains: "manual.pdf/photo.jpg"."""
_NO_HOSTS: Final = "no|nr|art|mod|col|size|vol|ver|pcs|qty|max|min|approx|fig|pos"
"""Abbreviations, which are not hosts: "No.AB/12", "Size.XL/XXL"."""
_LINK: Final = re.compile(
    rf"(?:(?:https?|tg|viber|whatsapp)://|www\.)[^\s<>«»“”\"]{{2,}}"
    rf"|(?<![\w.@-])(?:[\w-]{{1,63}}\.)+(?:{_ZONES})(?![\w-]|\.\w)(?:[/:?#][^\s<>«»“”\"]*)?"
    # Any top-level domain, where a path follows.
    rf"|(?<![\w.@/-])(?!(?:{_NO_HOSTS})\.)(?:[a-z0-9-]{{2,63}}\.)+(?!(?:{_NO_ZONES})/)[a-z]{{2,24}}/\w[^\s<>«»“”\"]*",
    re.IGNORECASE,
)
_HOST: Final = re.compile(r"(?:(\w+)://)?(?:[^/?#\\]*@)?([^/?#:\\]*)")
_OURS: Final = (
    "yandex.ru",
    "yandex.com",
    "yandex.by",
    "yandex.kz",
    "yandex.uz",
    "yandex.net",
    "ya.ru",
    "ya.cc",
)
_MESSENGERS: Final = (
    "t.me",
    "telegram.me",
    "wa.me",
    "whatsapp.com",
    "viber.com",
    "vk.me",
    "tg",
    "viber",
    "whatsapp",
)


class ContactKind(StrEnum):
    """The kind of contact a piece of text looks like."""

    PHONE = "phone"
    MAIL = "mail"
    MESSENGER = "messenger"
    LINK = "link"
    """The address of a site that does not belong to Yandex."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A piece of a text that looks like a contact, as it is written there."""

    kind: ContactKind
    text: str


class DoubtKind(StrEnum):
    """The reason to doubt that something should be sent."""

    FINISHED = "finished"
    """The chat is finished: the Market may refuse the message."""
    CONTACTS = "contacts"
    """Contacts or links to other sites in the text: the Market may hide the shop's goods for them."""
    FIELD = "field"
    """Words in braces, as in a template, that are no field of it: the buyer would get them as they are."""
    PRIVATE = "private"
    """The file seems to hold a key or passwords, which a buyer hardly ever needs."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """One doubt about one thing; agreeing to it settles no other doubt."""

    kind: DoubtKind
    about: str = ""
    """The text or the name of the file; empty if the doubt is about the whole chat."""
    contacts: tuple[Contact, ...] = ()
    """The contacts found in the text, in the order of the text."""


def contacts(text: str, numbers: Collection[int | None] = ()) -> tuple[Contact, ...]:
    """Everything that looks like a contact or a link to another site, in the order of the text.

    `numbers` are the ids of the order and the return that the chat is about: they are not phone numbers.
    """
    known = {str(number) for number in numbers if number is not None}
    taken: list[tuple[int, int, Contact]] = []
    for start, end, contact in _candidates(text, known):
        if all(end <= other_start or start >= other_end for other_start, other_end, _contact in taken):
            taken.append((start, end, contact))
    return tuple(contact for _start, _end, contact in sorted(taken, key=lambda one: one[0]))


def _candidates(text: str, known: Collection[str]) -> Iterator[tuple[int, int, Contact]]:
    """Start, end and contact, the most certain kinds first: `contacts` drops what overlaps an earlier one."""
    for pattern, kind in (
        (_MAIL, ContactKind.MAIL),
        (_LINK, ContactKind.LINK),
        (_MESSENGER, ContactKind.MESSENGER),
        (_HANDLE, ContactKind.MESSENGER),
        (_PHONE, ContactKind.PHONE),
        (_CALL, ContactKind.PHONE),
    ):
        for match in pattern.finditer(text):
            start, end = match.span(match.re.groups)  # the only group, where there is one
            found = text[start:end]
            if kind is ContactKind.LINK:
                looks = _link_kind(found)
            elif kind is ContactKind.PHONE and _is_number_of(text, start, found, known):
                looks = None
            else:
                looks = kind
            if looks is not None:
                yield start, end, Contact(looks, found.strip())


def _link_kind(link: str) -> ContactKind | None:
    """Where a link leads; None for the sites of Yandex, the Market's among them."""
    match = _HOST.match(link)
    assert match is not None, "every part of the pattern may be empty"
    scheme, host = match[1] or "", match[2]
    host = host.casefold().rstrip(".,;!)").removeprefix("www.")
    if scheme.casefold() in _MESSENGERS or _is_at(host, _MESSENGERS):
        return ContactKind.MESSENGER
    return None if _is_at(host, _OURS) else ContactKind.LINK


def _is_at(host: str, sites: Collection[str]) -> bool:
    return any(host == site or host.endswith(f".{site}") for site in sites)


def _is_number_of(text: str, start: int, found: str, known: Collection[str]) -> bool:
    """Whether the digits are the number of an order, a return or a parcel: it is known, or a word says so."""
    return found in known or (found.isdigit() and bool(_NUMBER_OF.search(text, max(0, start - 60), start)))
