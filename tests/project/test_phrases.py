"""Phrases that were removed from the words of the program do not come back, in either language.

Each is a regular expression, found in any case, with a sentence in which it stood.
"""

import re

import pytest

from tests.project.test_catalogues import MESSAGES

ENGLISH = {
    r"\bwhoever\b": "answer whoever waits longest",
    r"\banew\b": "it is being read anew",
    r"\btold\b": "nothing is told to the Market",
    r"\bby and by\b": "older messages follow by and by",
    r"\bby (itself|themselves)\b": "Messages will go by themselves.",
    r"\bgiv(es?|en) (it )?(back|out)\b": "To give back: {sum}",
    r"(?-i:\bI\b)": "I will look for it",
    r"\b(goes|go) (in \{|with|when)": "goes in {n} s",
    r"\bseems? to hold\b|\bmail address\b": "The text seems to hold a mail address",
    r"\bfor ourselves\b": "Write a note on the chat for ourselves",
    r"\blet go\b": "Pin to the top, or let go",
    r"\bever read\b|\bnew is read\b": "Search everything ever read",
    r"\bchats? (is |are )?read\b|\bback to \{": "{share} of chats read, back to {month}",
    r"\bknows no\b": "The Market knows no such order",
    r"\basked for\b": "asked for {when}",
    r"\bpart of the program failed\b": "A part of the program failed",
    r"\bwithout a verb\b": "Without a verb it opens.",
    r"\boutside text\b": "Outside text",
    r"\bwrit(e|ten) (\w+ ){0,3}down\b": "Write the chat down as evidence",
    r"\bkeep for now\b|^as before$": "keep for now",
    r"\bshown is\b": "Shown is the cache of {time}.",
    r"\bthe longest \{|\bwaits?, the longest\b": "{n} waits, the longest {age}",
    r"\bshows the disputes\.": "{what}. {key} shows the disputes.",
    r"\bundoes it\b": "Snoozed {until}; {key} undoes it.",
    r"^we$": "We",
    r"^read \{": "read {when}",
    r"\bis at it\b|\bwent on meanwhile\b": "Another window of chat-tui is at it right now.",
    r"\bpretend\b": "open a pretend shop",
    r"\b(made|read) again\b": "It was made again.",
    r"\bmend": "Once that is mended, send again.",
    r"\b(at|in) mid-answer\b": "The connection was cut in mid-answer.",
    r"\bkeeps it to itself\b": "tmux keeps it to itself",
}
RUSSIAN = {
    r"\bуйд[её]т\b|\bуйдут\b|\bуходят\b": "Сообщения уйдут сами.",
    r"\b(откр|появ|продолж|отправ)\w+ сам[аио]?\b|\bповторится\b": "Повторится само.",
    r"отменяет": "Откреплено; {key} отменяет.",
    r"следующему ждущему|в следующем чате": "К следующему ждущему чату",
    r"\bготово, пока|отметить готовым": "Готово, пока покупатель не напишет",
    r"открытый чат": "Писать в открытый чат",
    r"до ответа или до времени": "Отложить до ответа или до времени",
    r"вне текста": "Вне текста",
    r"прочитанно|\bдочит|\bпрочитано \{|вся история": "Искать во всём прочитанном",
    r"\bкэш": "Показан кэш от {time}.",
    r"^связь$|^отказано$|^соединяюсь$": "связь",
    r"\bквот": "квота {n} %",
    r"^в пути$": "в пути",
    r"\bубрать\b|\bуберите лишние": "Убрать",
    r"оставить пока|как было$": "оставить пока",
    r"\bприлож": "Приложить файл",
    r"неизвестно: \{|\bзамените перед": "Здесь неизвестно: {markers}. Замените перед отправкой.",
    r"такого имени нет": "Такого имени нет.",
    r"ниже покажу": "первые {n}: ниже покажу ещё",
    r"необычного вида|файл другого вида": "Это файл другого вида ({kind})",
    r"доказать": "Сервер не смог доказать, что он Маркет",
    r"ответ негодный": "{address}: ответ негодный",
    r"не кончаются": "Страницы Маркета не кончаются.",
    r"тем временем|дело пошло": "Тем временем дело пошло дальше.",
    r"часть программы отказала": "Часть программы отказала ({what}).",
    r"споры показывает|спор начался|спора? началось": "Споры показывает клавиша {key}.",
    r"^мы$": "Мы",
    r"\bистори": "Список и история",
    r"\bучебн": "учебный магазин",
    r"не прочт|непрочт": "{n} не прочтены",
    r"самый долгий": "{n} ждут, самый долгий {age}",
    r"^прочитано": "прочитано {when}",
    r"\b(читаю|читаем|ищу|загружаю|сохраняю|спрашиваем)\b": "Читаю чаты с Маркета…",
}


def sentences(language: str) -> list[str]:
    """All that the program can say in a language."""
    texts = [message.id if language == "en" else message.string or "" for message in MESSAGES]
    return [form for text in texts for form in ([text] if isinstance(text, str) else text)]


def found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None


@pytest.mark.parametrize(("language", "phrases"), [("en", ENGLISH), ("ru", RUSSIAN)])
def test_no_phrase_comes_back(language: str, phrases: dict[str, str]) -> None:
    """Promised: U61."""
    said = sentences(language)
    assert len(said) > 1000
    assert [(pattern, text) for pattern in phrases for text in said if found(pattern, text)] == []


@pytest.mark.parametrize(("pattern", "sentence"), [*ENGLISH.items(), *RUSSIAN.items()])
def test_each_phrase_would_be_found(pattern: str, sentence: str) -> None:
    assert found(pattern, sentence)
