"""Problems, the connection, tabs and hints in words."""

from dataclasses import replace
from datetime import UTC
from itertools import pairwise

import pytest

from chat_tui import locale
from chat_tui.model.link import Budget, Link, LinkState, Progress, Work
from chat_tui.model.problem import Problem, ProblemKind
from chat_tui.model.queue import Tab
from chat_tui.ui.kit.bars import hints_line, tab_titles, tabs_line
from chat_tui.words.line import Role, text_of, width_of
from chat_tui.words.problems import problem_words, server_words
from chat_tui.words.status import brief_words, notice, progress_words, status_line, status_spans
from tests.ui.pane_samples import HOSTILE, HOUR, NOW, is_harmless

OFFLINE = Problem(ProblemKind.OFFLINE)
COUNTS = dict(zip(Tab, (1204, 1, 3, 2, 0, 9000), strict=True))


def budgets(*shares: int) -> dict[str, Budget]:
    return {str(share): Budget(str(share), 100, share, NOW) for share in shares}


@pytest.mark.parametrize("kind", list(ProblemKind))
def test_every_problem_has_a_sentence_in_both_languages(kind: ProblemKind) -> None:
    english = problem_words(Problem(kind))
    locale.use("ru")
    russian = problem_words(Problem(kind))
    assert english[0].isupper()
    assert english != russian
    assert all(word in russian for word in ("--read-only",) if kind is ProblemKind.READ_ONLY)


@pytest.mark.parametrize(
    ("problem", "expected"),
    [
        (
            Problem(ProblemKind.BAD_REQUEST, http_status=400, message="Чат закрыт."),
            "400: Чат закрыт. Маркет это отклонил. Измените и отправьте снова.",
        ),
        (
            Problem(ProblemKind.SERVER, http_status=502, message="<html>502</html>"),
            "502. Сбой на стороне Маркета. Повторим автоматически.",
        ),
        (
            Problem(ProblemKind.HOURLY_LIMIT, retry_after_s=40.0),
            "Лимит Маркета исчерпан. Продолжим автоматически, когда он обновится. "
            "Следующая попытка через 40 секунд.",
        ),
        (
            Problem(ProblemKind.FILE_UNREADABLE, message="Permission denied"),
            "Permission denied. Файл не открывается. Проверьте путь и права доступа.",
        ),
    ],
)
def test_the_servers_own_words_come_first(problem: Problem, expected: str) -> None:
    """Promised: U63."""
    locale.use("ru")
    assert problem_words(problem) == expected


@pytest.mark.parametrize("text", HOSTILE)
def test_the_servers_words_are_harmless_and_short(text: str) -> None:
    words = server_words(text)
    assert is_harmless(words)
    assert len(words) <= 201


@pytest.mark.parametrize(
    ("link", "en", "ru"),
    [
        (Link(), "○ connecting", "○ подключение"),
        (Link(LinkState.ONLINE), "● online", "● на связи"),
        (
            Link(LinkState.ONLINE, budgets=budgets(93, 99)),
            "● online  quota: 93 % left",
            "● на связи  лимит: осталось 93 %",
        ),
        (Link(LinkState.ONLINE, fresh_at=NOW - 59_000), "● online", "● на связи"),
        (
            Link(LinkState.ONLINE, fresh_at=NOW - 3 * 60_000),
            "● online  updated 3 min ago",
            "● на связи  обновлено 3 мин назад",
        ),
        (Link(LinkState.OFFLINE, OFFLINE, budgets=budgets(93)), "○ offline", "○ нет связи"),
        (
            Link(LinkState.ONLINE, proxy="proxy.shop", budgets=budgets(93)),
            "● online  via proxy proxy.shop  quota: 93 % left",
            "● на связи  через прокси proxy.shop  лимит: осталось 93 %",
        ),
        (
            Link(proxy="\x1b[2J" + "p" * 300),
            "○ connecting  via proxy ␛[2Jppppppppppppppp…",
            "○ подключение  через прокси ␛[2Jppppppppppppppp…",
        ),
        (Link(LinkState.REFUSED, Problem(ProblemKind.UNAUTHORIZED)), "✗ key rejected", "✗ ключ отклонён"),
        (Link(LinkState.REFUSED, Problem(ProblemKind.FORBIDDEN)), "✗ no access", "✗ нет доступа"),
        (
            Link(LinkState.REFUSED, Problem(ProblemKind.NOT_FOUND), sends_paused=OFFLINE),
            "✗ error",
            "✗ ошибка",
        ),
        (
            Link(LinkState.ONLINE, sends_paused=OFFLINE, skipped=2),
            "● online  sending paused  unreadable: 2",
            "● на связи  отправка приостановлена  не разобрано: 2",
        ),
    ],
)
def test_the_connection_in_a_few_words(link: Link, en: str, ru: str) -> None:
    assert text_of(status_spans(link, NOW)) == en
    locale.use("ru")
    assert text_of(status_spans(link, NOW)) == ru


@pytest.mark.parametrize(("share", "expected"), [(93, "● online"), (20, "● online  quota: 20 % left")])
def test_a_brief_line_keeps_a_scarce_quota_only(share: int, expected: str) -> None:
    assert text_of(status_spans(Link(LinkState.ONLINE, budgets=budgets(share)), NOW, brief=True)) == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        (Link(LinkState.ONLINE), ""),
        (Link(), ""),
        (
            Link(LinkState.OFFLINE, OFFLINE, fresh_at=NOW - HOUR),
            "Нет сети. Показано на 17:30. Сообщения отправятся, когда появится связь.",
        ),
        (
            Link(LinkState.OFFLINE, Problem(ProblemKind.SERVER, http_status=503)),
            "503. Сбой на стороне Маркета. Повторим автоматически. Список ещё не обновлялся. "
            "Сообщения отправятся, когда появится связь.",
        ),
        (
            Link(LinkState.REFUSED, Problem(ProblemKind.UNAUTHORIZED, http_status=401)),
            "Маркет не принимает ключ. Создайте новый в кабинете продавца, замените им старый "
            "(CHAT_TUI_API_KEY или settings.toml) и перезапустите chat-tui.",
        ),
        (Link(LinkState.ONLINE, waits={"getChats": NOW + 18_000}), ""),
        (Link(LinkState.ONLINE, waits={"getChats": NOW - 1}), ""),
        (
            Link(LinkState.ONLINE, waits={"getChats": NOW + 60_000, "getChatHistory": NOW + HOUR}),
            "Лимит Маркета на переписку исчерпан. Новые сообщения появятся после 19:30.",
        ),
        (
            Link(LinkState.ONLINE, waits={"sendMessageToChat": NOW + HOUR}),
            "Лимит Маркета на сообщения исчерпан. Ваши отправим автоматически после 19:30.",
        ),
        (
            Link(LinkState.ONLINE, sends_paused=Problem(ProblemKind.READ_ONLY)),
            "Сообщения сохраняются, но не отправляются. "
            "Программа запущена с --read-only. Чтобы отправлять, перезапустите её без этого параметра.",
        ),
    ],
)
def test_the_notice_says_what_to_do(link: Link, expected: str) -> None:
    """Promised: U13."""
    locale.use("ru")
    assert notice(link, NOW, UTC) == expected


def test_of_several_businesses_every_trouble_has_its_names() -> None:
    sound = Link(LinkState.ONLINE, fresh_at=NOW)
    offline = Link(LinkState.OFFLINE, OFFLINE, fresh_at=NOW)
    left_out = Problem(ProblemKind.LEFT_OUT, message="cache.db is damaged")
    parts = (
        ("Сад", Link(LinkState.REFUSED, left_out)),
        ("Дом", offline),
        ("Кухня", offline),
        ("Склад", sound),
    )
    first, second = notice(replace(offline, parts=parts), NOW, UTC).split(" Дом, Кухня: ")
    assert first.startswith("Сад: cache.db is damaged. Its chats are not shown")
    assert second == notice(offline, NOW, UTC)
    refused = replace(parts[0][1], parts=parts)
    assert text_of(status_spans(refused, NOW)).startswith("✗ error (Сад)")
    assert text_of(status_spans(refused, NOW, brief=True)) == "✗ error"
    assert text_of(status_spans(replace(offline, parts=parts[1:3]), NOW)) == "○ offline"
    assert notice(replace(sound, parts=(("Склад", sound), ("Кухня", sound))), NOW, UTC) == ""


def test_without_room_whole_phrases_are_left_out_and_the_connection_stays() -> None:
    link = Link(
        LinkState.ONLINE,
        proxy="host",
        fresh_at=NOW - 3 * HOUR,
        sends_paused=Problem(ProblemKind.STORAGE),
        skipped=2,
        budgets=budgets(90),
    )
    state, *phrases = text_of(status_spans(link, NOW)).split("  ")
    paused = next(span.text for span in status_spans(link, NOW) if span.role is Role.BAD)
    quota = next(one for one in phrases if "90" in one)
    kept: list[list[str]] = []
    for cells in range(width_of(status_spans(link, NOW)), 0, -1):
        line = status_line(link, NOW, cells)
        first, *rest = text_of(line).split("  ")
        assert first == state
        assert width_of(line) <= cells or rest == []
        assert [one for one in phrases if one in rest] == rest, "nothing is cut within a phrase"
        if rest not in kept:
            kept.append(rest)
    assert [len(rest) for rest in kept] == [5, 4, 3, 2, 1, 0]
    assert quota not in kept[1], "what only informs goes first"
    assert kept[-2] == [paused], "and last what is wrong"


@pytest.mark.parametrize(
    ("width", "expected"),
    [
        (100, "[1 Ждут 999+] 2 Споры 1  3 Возвраты 3  4 Вопросы 2  5 Отложенные  6 Все "),
        (68, "[1 Ждут 999+] 2 Споры 1  3 Возвраты 3  4 Вопросы 2  5 Отлож.  6 Все "),
        (66, "[1 Ждут 999+] 2 Споры 1  3 Возвраты 3  4 Вопр. 2  5 Отлож.  6 Все "),
        (61, "[1 Ждут 999+] 2 Споры 1  3 Возвр. 3  4 Вопр. 2  5  6 Все "),
        (55, "[1 Ждут 999+] 2 Споры 1  3 Возвр. 3  4:2  5  6 Все "),
        (50, "[1 Ждут 999+] 2 Споры 1  3:3  4:2  5  6 Все "),
        (20, "[1 Ждут 999+] 2:1  3"),
    ],
)
def test_tabs_take_the_fullest_form_that_fits(width: int, expected: str) -> None:
    locale.use("ru")
    line, _places = tabs_line(Tab.WAITING, COUNTS, width)
    assert text_of(line) == expected


def test_brackets_move_nothing() -> None:
    lines = [text_of(tabs_line(tab, COUNTS, 100)[0]) for tab in Tab]
    assert len({line.replace("[", " ").replace("]", " ") for line in lines}) == 1


def test_places_cover_the_titles() -> None:
    line, places = tabs_line(Tab.ALL, COUNTS, 100)
    text = text_of(line)
    for number, place in enumerate(places, start=1):
        assert text[place.start : place.end].strip(" []").startswith(f"{number} {tab_titles(place.tab)[0]}")


@pytest.mark.parametrize("width", range(5, 120))
def test_hints_keep_the_first_and_the_last(width: int) -> None:
    hints = [("n", "next"), ("Enter", "open"), ("c", "write"), ("ctrl+o", "file"), ("?", "keys")]
    line = hints_line("commands", hints, width)
    assert width_of(line) <= width
    if width > 25:
        assert text_of(line).startswith(" commands  n next")
        assert text_of(line).endswith("? keys")
        assert line[2].role is Role.ACCENT


# -- long works ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("work", "en", "ru"),
    [
        (Progress(Work.LISTING, 1), "1 chat loaded", "загружен 1 чат"),
        (Progress(Work.LISTING, 1240), "1,240 chats loaded", "загружено 1\xa0240 чатов"),
        (
            Progress(Work.LISTING, 1240, 9000, 130),
            "loading chats 1,240 of ~9,000, 3 min left",
            "загрузка чатов 1\xa0240 из ~9\xa0000, ещё 3 мин",
        ),
        (Progress(Work.UPLOAD, 43, 100), "sending a file 43 %", "отправка файла 43 %"),
        (
            Progress(Work.UPLOAD, 999, 1000, 0),
            "sending a file 99 %, 10 s left",
            "отправка файла 99 %, ещё 10 с",
        ),
        (
            Progress(Work.HISTORY, 1, 3, 5400),
            "loading history 33 %, 1 h left",
            "загрузка переписки 33 %, ещё 1 ч",
        ),
        (Progress(Work.CHAT, 1002), "1,002 messages loaded", "загружено 1\xa0002 сообщения"),
        (Progress(Work.FILES, 3, 12), "saving files 3 of 12", "сохранение файлов 3 из 12"),
        (Progress(Work.NEWS, 3, 12), "loading new messages 3 of 12", "загрузка новых сообщений 3 из 12"),
        (Progress(Work.STATS, 0, 0), "counting replies 0 %", "подсчёт ответов 0 %"),
    ],
)
def test_a_long_work_says_what_how_much_and_how_long_still(work: Progress, en: str, ru: str) -> None:
    assert progress_words(work) == en
    locale.use("ru")
    assert progress_words(work) == ru


@pytest.mark.parametrize("what", Work)
def test_every_work_has_its_words_with_and_without_a_total(what: Work) -> None:
    locale.use("ru")
    for total in (None, 20):
        work = Progress(what, 7, total)
        for words in (progress_words(work), *brief_words(work)):
            assert "7" in words or "35 %" in words
            assert not words.isascii()


@pytest.mark.parametrize("language", ["en", "ru"])
def test_a_long_work_takes_only_the_room_there_is(language: str) -> None:
    """The connection never gives way."""
    locale.use(language)
    works = (Progress(Work.LISTING, 1240, 9000, 130), Progress(Work.NEWS, 3, 12))
    link = Link(LinkState.ONLINE, budgets=budgets(93), works=works)
    state, whole = text_of(status_spans(link, NOW, brief=True)), text_of(status_spans(link, NOW))
    words = (progress_words(works[0]), *brief_words(works[0]))
    # The quota takes more room than the shortest form.
    forms = [*(f"{state}  {form}" for form in words), state]
    for longer, form in pairwise(forms):
        assert text_of(status_line(link, NOW, len(longer))) == longer
        assert text_of(status_line(link, NOW, len(longer) - 1)) == form
    assert text_of(status_line(link, NOW, 200, brief=True)) == forms[2]
    assert text_of(status_line(link, NOW, 9, brief=True)) == state
    assert text_of(status_line(replace(link, works=()), NOW, 80)) == whole
