"""Every word the program says is translated, once, completely, and with the same placeholders."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2] / "chat_tui"
MARKS = {"_", "N_", "ngettext"}
MSGID = re.compile(r'^msgid(?: ".*"\n)(?:".*"\n)*', re.MULTILINE)
PLACEHOLDER = re.compile(r"\{\w*(?::\w+)?\}|%\(\w+\)[rsd]|%[rsd]")
LATIN, CYRILLIC = re.compile("[A-Za-z]"), re.compile("[А-Яа-яЁё]")
SAME_IN_BOTH = {"Api-Key"}
"""The name of a header of the Market's API."""
PLURAL = (
    "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2)"
)

Msgid = str | tuple[str, ...]


def key(msgid: Msgid | list[str]) -> Msgid:
    return msgid if isinstance(msgid, str) else tuple(msgid[:2])


def catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parent.name, abort_invalid=True)


PATH = ROOT / "locale" / "ru" / "messages.po"
CATALOGUE = catalogue(PATH)
MESSAGES = [message for message in CATALOGUE if message.id]


@cache
def said() -> set[Msgid]:
    """Every marked text in the code; parsed as Python, because Babel finds no call within an f-string."""
    found: set[Msgid] = set()
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
                words = [part.value for part in node.args if isinstance(part, ast.Constant)]
                texts = tuple(word for word in words if isinstance(word, str))
                if texts:
                    found.add(texts[:2] if node.func.id == "ngettext" else texts[0])
    return found


def translated() -> set[Msgid]:
    return {key(message.id) for message in MESSAGES}


def ids(written: str) -> Counter[str]:
    """Every msgid of a catalogue as it is written there; Babel merges those that are there twice."""
    return Counter("".join(re.findall(r'"(.*)"', found)) for found in MSGID.findall(written))


def test_the_marked_words_are_found() -> None:
    assert {"print the version", ("{n} hour", "{n} hours"), "queued"} <= said()


def test_every_word_is_translated() -> None:
    assert sorted(map(str, said() - translated())) == []


def test_no_word_is_translated_that_nobody_says() -> None:
    assert sorted(map(str, translated() - said())) == []
    assert not CATALOGUE.obsolete


def test_every_word_is_translated_in_one_place() -> None:
    assert ids('msgid ""\nmsgstr ""\n\nmsgid "a"\nmsgid_plural "b"\n\nmsgid ""\n"a"\n')["a"] == 2
    found = ids(PATH.read_text(encoding="utf-8"))
    assert len(found) > len(MESSAGES)
    assert [msgid for msgid, count in found.items() if count > 1] == []


def test_the_header_knows_russian_plurals() -> None:
    assert (CATALOGUE.charset, CATALOGUE.num_plurals, CATALOGUE.fuzzy) == ("utf-8", 3, False)
    assert CATALOGUE.plural_forms.rstrip(";").replace(" ", "") == PLURAL.replace(" ", "")


def test_every_translation_is_whole() -> None:
    assert len(MESSAGES) > 500
    found = [f"{message.id!r:.60}: {_flaw(message)}" for message in MESSAGES if _flaw(message)]
    assert not found, "\n".join(found)


def _flaw(message: Message) -> str:
    """The fault of a translation; empty = none."""
    forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
    wanted = {tuple(sorted(PLACEHOLDER.findall(text))) for text in map(str, _texts(message))}
    flaws = {
        "not sure": message.fuzzy,
        "number of forms": len(forms) != (3 if message.pluralizable else 1),
        "a form is empty": not all(forms),
        "still English": message.id not in SAME_IN_BOTH and any(map(_is_english, forms)),
        "placeholders": {tuple(sorted(PLACEHOLDER.findall(form))) for form in forms} != wanted,
    }
    return ", ".join(words for words, is_so in flaws.items() if is_so)


def _is_english(form: str) -> bool:
    words = PLACEHOLDER.sub("", form)
    return bool(LATIN.search(words)) and not CYRILLIC.search(words)


@pytest.mark.parametrize(
    ("message", "flaw"),
    [
        (Message("{n} chats", "{n} чатов", flags=["fuzzy"]), "not sure"),
        (Message(("{n} day", "{n} days"), ("{n} день", "{n} дня")), "number of forms"),
        (Message("a", ""), "a form is empty"),
        (Message(("{n} day", "{n} days"), ("{n} день", "{n} дня", "")), "a form is empty, placeholders"),
        (Message("{n} chats of {total}", "чатов: {n}"), "placeholders"),
        (Message("{n} chats", "{m} чатов"), "placeholders"),
        (Message("%(n)s chats", "чатов"), "placeholders"),
        (Message(("{n} day", "{n} days"), ("{n} день", "{n} дня", "{n} дней")), ""),
        (Message("Chats", "Chats"), "still English"),
        (Message("{name}: {reason}", "{name} — {reason}"), ""),
        (Message("Chats", "Чаты"), ""),
    ],
)
def test_a_planted_flaw_is_found(message: Message, flaw: str) -> None:
    assert _flaw(message) == flaw


def _texts(message: Message) -> tuple[str, ...]:
    return (message.id,) if isinstance(message.id, str) else tuple(message.id)
