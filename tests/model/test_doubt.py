"""What looks like a contact or a link to another site, and what does not although it has digits and dots."""

import time

import pytest

from chat_tui.model.doubt import ContactKind, contacts

PHONE, MAIL, MESSENGER, LINK = ContactKind.PHONE, ContactKind.MAIL, ContactKind.MESSENGER, ContactKind.LINK

FOUND = [
    (PHONE, "+79161234567"),
    (PHONE, "+7 916 123-45-67"),
    (PHONE, "+7 (916) 123 45 67"),
    (PHONE, "+7-916-123-45-67"),
    (PHONE, "+7\u00a0916\u00a0123\u201345\u201367"),
    (PHONE, "+ 7 916 1234567"),
    (PHONE, "89161234567"),
    (PHONE, "79161234567"),
    (PHONE, "9161234567"),
    (PHONE, "8 916 123 45 67"),
    (PHONE, "8(916)123-45-67"),
    (PHONE, "8 (916) 1234567"),
    (PHONE, "8-800-555-35-35"),
    (PHONE, "8.495.123.45.67"),
    (PHONE, "8 (3952) 12-34-56"),
    (PHONE, "(495) 123-45-67"),
    (PHONE, "916 123-45-67"),
    (PHONE, "+375 (29) 123-45-67"),
    (MAIL, "shop@example.ru"),
    (MAIL, "olga.k+market@mail.example.com"),
    (MAIL, "yandex.ru@example.com"),
    (MESSENGER, "@cosy_kitchen"),
    (MESSENGER, "t.me/cosy_kitchen"),
    (MESSENGER, "https://t.me/+AbCdEf"),
    (MESSENGER, "wa.me/79161234567"),
    (MESSENGER, "https://api.whatsapp.com/send?phone=79161234567"),
    (MESSENGER, "tg://resolve?domain=cosy"),
    (MESSENGER, "WhatsApp: +7 916 123-45-67"),
    (MESSENGER, "Телеграм cosy_kitchen"),
    (MESSENGER, "в телеграме мой ник cosy_kitchen"),
    (MESSENGER, "вотсап по номеру 123-45-67"),
    (MESSENGER, "ватсап 123-45-67"),
    (MESSENGER, "вайбер – 1234567"),
    (MESSENGER, "viber 123 45 67"),
    (MESSENGER, "тг: cosy_kitchen"),
    (MESSENGER, "my telegram is at cosy_kitchen, Telegram: cosy_kitchen"),
    (MESSENGER, "макс мессенджер ivan"),
    (MESSENGER, "мессенджер МАХ: ivan"),
    (MESSENGER, "messenger ivan_petrov"),
    (MESSENGER, "MAX: @ivan"),
    (MESSENGER, "в максе ivan_petrov"),
    (MESSENGER, "Signal @cosy"),
    (MESSENGER, "сигнал: cosy_kitchen"),
    (MESSENGER, "imo messenger ivan"),
    (MESSENGER, "VK: cosykitchen"),
    (MESSENGER, "discord cosykitchen"),
    (MESSENGER, "zalo 0912345678"),
    (MESSENGER, "wechat: cosykitchen"),
    (MESSENGER, "в дискорде cosykitchen"),
    (MESSENGER, "вацап 123-45-67"),
    (LINK, "youtu.be/abc"),
    (LINK, "forms.gle/abc"),
    (LINK, "cosy.kitchen/menu"),
    (LINK, "my-shop.museum/a/b?c=d"),
    (LINK, "docs.example.dev/x"),
    (LINK, "https://example.com/a?b=c"),
    (LINK, "http://ozon.ru/product/1"),
    (LINK, "www.example.de"),
    (LINK, "cosy-kitchen.ru"),
    (LINK, "кухня.рф"),
    (LINK, "смотрите example.shop/catalog."),
    (LINK, "https://yandex.ru.example.com/"),
    (LINK, "https://market.yandex.ru@example.com/login"),
    (LINK, "notyandex.ru"),
]


@pytest.mark.parametrize("before", ["", "Напишите: ", "Call "])
@pytest.mark.parametrize(("kind", "text"), FOUND)
def test_it_looks_like_a_contact(kind: ContactKind, text: str, before: str) -> None:
    found = contacts(f"{before}{text}")
    assert [one.kind for one in found] == [kind]
    assert found[0].text in text


def test_a_number_after_a_word_for_calling_is_a_phone() -> None:
    assert [one.text for one in contacts("Наш тел. 123-45-67, звоните")] == ["123-45-67"]


NOTHING = [
    "",
    "Здравствуйте, Ольга! Завтра привезём.",
    "Заказ 51230874561 передан в доставку.",
    "Заказ № 89161234567 собран, возврат 9161234567 принят.",
    "order number: 79161234567",
    "51230874561, 51230874562 и 60000000001",
    "Возврат 8812045, возврат №12345678",
    "Цена 1 990 ₽, было 12 499,50 руб. и 1.200.000",
    "8 900 руб. и 7 999 999 руб.",
    "21.11.2026 в 18:02",
    "с 8.11.2026 по 19.11.2026, 10:00-18:00",
    "2026-11-21 18:02:33",
    "Трек 80089161234567 (Почта России), RA123456789RU, 1234567890",
    "Трек-номер 9161234567",
    "Артикул 9123456789, sku 9123456789",
    "Размер 90-60-90, 120х40х60, 220-240 В",
    "ИНН 7701234567, штрихкод 4601234567890",
    "Подробнее: https://market.yandex.ru/product/123?sku=456",
    "yandex.ru, ya.ru/x, www.yandex.ru, https://ya.cc/m/abc и disk.yandex.ru",
    "Ответьте здесь: в WhatsApp и телеграм мы не пишем.",
    "Напишите нам здесь, а не в Viber. 100 штук в наличии",
    "Инструкция manual.pdf, фото IMG_2031.jpg",
    "и т.д., т.е. 5 шт.по 3 кг",
    "Цена @ 5, a@b",
    "макс. скорость 25 км/ч, max 5 кг, мин./макс. 10/20",
    "MAX 100 W, Max Power, макс: 5 штук, iPhone 15 Pro Max",
    "Макс, здравствуйте! Max will call back",
    "сигнал LED, сигнал слабый, лайн и line art",
    "imo this is fine",
    "В мессенджер MAX и мессенджеры (WhatsApp, Viber) мы не пишем",
    "и/или, т.к./т.е., р./шт., 1.5/2, 12.11/13.11",
    "шт./уп., руб./кг, км/ч, ул.Ленина/Мира, д.5/7",
    "цв.black/white, Size.XL/XXL, No.AB/12",
    "manual.pdf/photo.jpg, отчёт.xlsx/скан.png",
    "USB 3.0/Type-C, v2.1/v2.2, IP65/67, AC/DC",
    "БИК 044525225, р/с 40702810900000012345, к/с 30101810400000000225",
    "ОГРН 1027700132195, КПП 770401001",
    "размер 42-44/170, рост 1.70/1.75",
    "Доставим 24/7, сборка 2/3 готова, 50/50",
    "Wi-Fi 802.11ac/ax, HDMI 2.0/2.1",
]


@pytest.mark.parametrize("text", NOTHING)
def test_it_is_part_of_the_work(text: str) -> None:
    assert contacts(text) == ()


def test_the_numbers_of_the_chat_are_no_phones() -> None:
    text = "По 89161234567 и 9161234567 ответили"
    assert len(contacts(text)) == 2
    assert contacts(text, (89161234567, 9161234567, None)) == ()


def test_all_of_them_are_told_in_the_order_of_the_text_and_none_twice() -> None:
    found = contacts("a.example.com, +7 916 123-45-67, whatsapp +7 916 123-45-67, shop@example.ru")
    assert [one.kind for one in found] == [LINK, PHONE, MESSENGER, MAIL]


@pytest.mark.parametrize("piece", ["a", "9", "a.", "9 ", "+7", "@a", "тг ", "8(", "http://"])
def test_no_text_takes_long(piece: str) -> None:
    before = time.process_time()
    contacts(piece * 8_000)
    assert time.process_time() - before < 3.0, "a fraction of a second is usual"
