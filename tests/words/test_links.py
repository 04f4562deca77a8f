"""Where a link really leads, and which links may be opened."""

import pytest

from chat_tui.safetext import safe
from chat_tui.words.links import LIMIT, link_warnings, links


@pytest.mark.parametrize(
    ("text", "host", "shown"),
    [
        ("https://market.yandex.ru@evil.example/", "evil.example", "evil.example"),
        ("https://user:pw@evil.example:8443/", "evil.example", "evil.example"),
        ("https://xn--80ak6aa92e.com", "xn--80ak6aa92e.com", "xn--80ak6aa92e.com (аррӏе.com)"),
        ("https://уandex.ru", "xn--andex-dze.ru", "xn--andex-dze.ru (уandex.ru)"),
        ("https://market.yandex.ru。evil.example", "market.yandex.ru.evil.example", None),
        ("https://yandex.ru\u200b.evil.example/", "yandex.ru.evil.example", None),
        ("https://evil.example\\@market.yandex.ru/", "evil.example", None),
        ("https:///evil.example", "evil.example", None),
        ("https://%65vil.example/", "evil.example", None),
    ],
)
def test_f_083_a_link_that_misleads_is_shown_with_its_real_host(
    text: str, host: str, shown: str | None
) -> None:
    (link,) = links(f"Смотрите: {text}, там скидка")
    assert (link.host, link.is_misleading) == (host, True)
    assert link_warnings(text) == [f"a link leads to {shown or host}"]


@pytest.mark.parametrize(
    "text",
    [
        "https://straße.de/",
        "https://market.yandex.ru\uff0fa@evil.example",
        "https://yandex.ru:99999/",
        "https://evil\x1b[2J.example/",
        "https://a.ru,https://b.ru",
    ],
)
def test_f_083_a_host_that_programs_read_differently_is_said_to_be_unknown(text: str) -> None:
    (link,) = links(text)
    assert (link.host, link.is_misleading, link.address) == ("", True, "")
    assert link_warnings(text) == ["it is unclear where a link leads"]


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://market.yandex.ru/order?id=5#a", "https://market.yandex.ru/order?id=5#a"),
        ("HTTPS://Market.Yandex.RU/Path", "https://market.yandex.ru/Path"),
        ("https://магазин.рф/чай", "https://xn--80aairftm.xn--p1ai/%D1%87%D0%B0%D0%B9"),
        ("(см. https://ru.wikipedia.org/wiki/A_(b)).", "https://ru.wikipedia.org/wiki/A_(b)"),
        ("смотриhttps://yandex.ru:443/x!", "https://yandex.ru:443/x"),
    ],
)
def test_an_honest_link_is_openable_and_raises_no_warning(text: str, address: str) -> None:
    (link,) = links(text)
    assert (link.address, link.is_misleading) == (address, False)
    assert link_warnings(text) == []


def test_the_name_before_the_host_is_left_out_of_what_is_opened() -> None:
    assert links("https://market.yandex.ru@evil.example/")[0].address == "https://evil.example/"


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "data:text/html,<b>x</b",
        "ssh://host.example",
        "http://market.yandex.ru/",
        "ftp://files.example/x",
        "mailto:a@b.example",
        "https://127.0.0.1/",
        "https://10.0.0.1:8080/x",
        "https://192.168.1.1",
        "https://169.254.169.254/latest/meta-data",
        "https://[::1]/",
        "https://[fe80::1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://127.1/",
        "https://8.8.8.8/",
        "https://localhost/",
        "https://printer/",
        "https://router.local/",
        "https://db.internal",
        "https://market.yandex.ru/" + "x" * LIMIT,
    ],
)
def test_f_084_only_https_to_a_public_name_is_openable(text: str) -> None:
    (link,) = links(text)
    assert (link.written, link.address) == (text, "")


def test_warnings_are_few_and_safe() -> None:
    many = " ".join(f"https://yandex.ru@evil{number}.example\u202e" for number in range(50))
    lines = link_warnings(many)
    assert len(lines) <= 4
    assert [safe(line, lines=False) for line in lines] == lines


@pytest.mark.parametrize("text", ["", "цена: 500 ₽", "12:30", "a" * 20_000, "C:\\file", "см. yandex.ru"])
def test_a_text_without_links_has_none(text: str) -> None:
    assert links(text) == ()
