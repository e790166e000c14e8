"""What a person wrote is set apart from quotes and signatures, in many tongues."""

# ruff: noqa: E501 - the lines are as long as programs write them
from __future__ import annotations

import pytest

from mail.quotes import wrote
from tests.mail import clients
from tests.mail.clients import ANSWER, MARKED, QUOTED

# What stands above the quoted mail, by the program that writes so.
ABOVE = {
    "Gmail, Russian": "вт, 3 мар. 2026 г. в 09:15, Пётр Сомов <p.somov@corp.example>:",
    "Gmail, Russian, wrapped": "вт, 3 мар. 2026 г. в 09:15, Пётр Сомов <\np.somov@corp.example>:",
    "Gmail, older": "3 марта 2026 г., 09:15 пользователь Пётр Сомов <p@corp.example> написал:",
    "Gmail, Ukrainian": "вт, 3 бер. 2026 р. о 09:15 Петро Сом <p@corp.example> пише:",
    "Gmail, English": "On Tue, Mar 3, 2026 at 9:15 AM Peter Somov <p@corp.example> wrote:",
    "Gmail, wrapped": "On Tue, Mar 3, 2026 at 9:15 AM Peter Somov <p@corp.example>\nwrote:",
    "Yandex": '03.03.2026, 09:15, "Пётр Сомов" <p.somov@corp.example>:',
    "Yandex, a name": "03.03.2026, 09:15, Пётр Сомов (p.somov@corp.example) пишет:",
    "Mail.ru": "Вторник, 3 марта 2026, 9:15 +03:00 от Пётр Сомов <p@corp.example>:",
    "Apple, Russian": "3 марта 2026 г., в 9:15, Пётр Сомов <p@corp.example> написал(а):",
    "Apple, Ukrainian": "3 бер. 2026 р. о 09:15 Петро Сом <p@corp.example> написав(-ла):",
    "Apple, English": "On 3 Mar 2026, at 09:15, Peter Somov <p@corp.example> wrote:",
    "Thunderbird, Russian": "03.03.2026 9:15, Пётр Сомов пишет:",
    "Thunderbird, Ukrainian": "03.03.2026 9:15, Петро Сом пише:",
    "Thunderbird, English": "On 3/3/26 9:15 AM, Peter Somov wrote:",
    "a name alone": "Пётр Сомов пишет:",
    "a name and an address": "Пётр Сомов <p.somov@corp.example> писал(а):",
    "The Bat!": "Вы писали 3 марта 2026 г., 9:15:07:",
    "Outlook, German": "Am 03.03.2026 um 09:15 schrieb Peter Somov <p@corp.example>:",
    "French": "Le mar. 3 mars 2026 à 09:15, Pierre Somov <p@corp.example> a écrit :",
    "Polish": "wt., 3 mar 2026 o 09:15 Piotr Somov <p@corp.example> napisał(a):",
    "Spanish": "El mar, 3 mar 2026 a las 9:15, Pedro Somov (<p@corp.example>) escribió:",
    "another desk": "##- Please type your reply above this line -##",
    "another desk, Russian": "----- Напишите ваш ответ выше этой линии -----",
    "original message": "-----Original Message-----",
    "original message, Russian": "-------- Исходное сообщение --------",
    "original message, Ukrainian": "----- Вихідне повідомлення -----",
    **clients.ABOVE,
}  # fmt: skip
HEADERS = {
    "Outlook, Russian": (
        "От: Пётр Сомов <p.somov@corp.example>\nОтправлено: 3 марта 2026 г. 9:15\n"
        "Кому: Анна Белых\nТема: RE: Принтер"
    ),
    "Outlook, with mailto": (
        "From: Somov Peter [mailto:p@corp.example]\nSent: Tuesday, March 03, 2026 9:15 AM\n"
        "To: support@desk.example\nCc: Belykh Anna\nSubject: Printer"
    ),
    "Outlook, Ukrainian": (
        "Від: Петро Сом <p@corp.example>\nНадіслано: вівторок, 3 березня 2026 р. 9:15\n"
        "Кому: support@desk.example\nТема: Принтер"
    ),
    "Outlook for telephones": (
        "________________________________\nОт: Пётр Сомов <p@corp.example>\n"
        "Отправлено: Tuesday, March 3, 2026 9:15:00 AM\nКому: Анна\nТема: Принтер"
    ),
    "Outlook on the web, bold": (
        "*От:* Пётр Сомов\n*Отправлено:* 3 марта 2026 г. 9:15\n*Кому:* Анна\n*Тема:* Принтер"
    ),
    "headers far apart": (
        "От: Пётр Сомов <p@corp.example>\n\nДата: 03.03.2026 9:15\n\nТема: Принтер"
    ),
    "Lotus Notes": (
        "От: Пётр Сомов/Corp\nКому: Анна Белых/Corp\nДата: 03.03.2026 09:15\nТема: Принтер"
    ),
    "Samsung": (
        "-------- Исходное сообщение --------\nОт: Пётр Сомов <p@corp.example>\n"
        "Дата: 03.03.2026 9:15 (GMT+03:00)\nКому: a@desk.example\nТема: Принтер"
    ),
    "bare words above headers": (
        "Исходное сообщение\nОт: Пётр Сомов <p@corp.example>\nДата: 03.03.2026 9:15"
    ),
}  # fmt: skip
SIGNATURES = {
    "two dashes": "-- \nАнна Белых\nООО «Ромашка»\n+7 900 000-00-00",
    "dashes that lost their blank": "--\nАнна Белых",
    "regards": "С уважением,\nАнна Белых",
    "regards in one line": "С уважением, Анна Белых",
    "regards, a title": "С уважением,\nначальник отдела\nАнна Белых\nтел.: 8 (800) 000-00-00",
    "regards, Ukrainian": "З повагою,\nГанна Білих",
    "regards, English": "Best regards,\nAnn Belykh\nHead of Sales",
    "best wishes": "С наилучшими пожеланиями,\nАнна",
    "iPhone": "Отправлено с iPhone",
    "Android": "Отправлено с моего устройства Galaxy",
    "Mail.ru": "--\nОтправлено из Mail.ru для Android",
    "Mail.ru, older": "Отправлено из мобильной Почты Mail.ru",
    "Yandex": "Отправлено из мобильного приложения Яндекс Почты",
    "Ukrainian iPhone": "Надіслано з iPhone",
    "English iPhone": "Sent from my iPhone",
    "Outlook": "Get Outlook for Android<https://aka.example/x>",
    "regards and a telephone": "С уважением,\nАнна\n\nОтправлено с iPhone",
    "a drawn line": "---\nАнна Белых\nООО «Ромашка»\n+7 900 000-00-00",
    "regards, a long address": (
        "С уважением,\nАнна Белых\n"
        "ООО «Ромашка» | г. Тверь, ул. Лесная, д. 5, корпус 2, этаж 3, офис 17, вход с торца"
    ),
    "a confidential one": (
        "С уважением,\nАнна Белых\n\nНастоящее письмо конфиденциально и предназначено "
        "только адресату, прочим его читать не следует."
    ),
    "an antivirus": "--\nЭто сообщение проверено на вирусы антивирусом.\nhttps://av.example",
    "a mailing list": "____________________\nUsers mailing list\nusers@lists.example",
    "a name after a dash": "— Анна",
    **clients.SIGNATURES,
}  # fmt: skip
WHOLE = {
    "nothing": "",
    "a word": "Да",
    "a line that begins with On": "Hello\nOn Monday we begin.",
    "a question that ends with a colon": "On your computer run:\n\n  ping desk.example",
    "what a program writes": "Добрый день.\n\nПрограмма пишет:\nОшибка 5: доступ запрещён",
    "what a program by its full name writes": (
        "Здравствуйте.\n\nКонтур Экстерн пишет:\nСертификат просрочен"
    ),
    "what a program shows, marked": "Консоль пишет так:\n> permission denied\n> exit 1",
    "what the console writes, marked": "Здравствуйте!\nКонсоль пишет:\n> denied\n> exit 1",
    "what is announced, marked": "Здравствуйте!\n\nВот что я вижу:\n\n> denied\n> exit 1",
    "a marked line within": "Делаю:\n> run\nи ничего не происходит.",
    "a date in a sentence": "12.03.2026 в 10:00 был сбой, сервер написал:\nout of memory",
    "somebody at some time": "Вчера в 10:05 ваш инженер написал мне:\nперезагрузите сервер",
    "an appointment": "Приглашение:\n\nДата: 12 марта\nВремя: 10:00\nАдрес: Лесная, 5",
    "a form": "Дата: 12.03.2026\nТема: обучение\nМесто: зал 2\n\nПридёт десять человек.",
    "headers that are talked of": (
        "Не доходит письмо:\nОт: a@corp.example\nКому: b@corp.example\n"
        "Дата: 12.03.2026 10:00\n\nПроверьте, пожалуйста."
    ),
    "from and to of a parcel": "От: склад\nКому: магазин\nКоличество: 5\nЗаберите груз.",
    "a form with an address": (
        "Забронируйте зал.\nДата: 12.03.2026 10:00\nКому: a@corp.example\nМесто: зал 2"
    ),
    "sender and receiver": "Почта пропадает.\nОт: a@corp.example\nКому: b@corp.example",
    "what a customer writes": (
        "Добрый день!\n\nКлиент Иван Лесной пишет:\nне могу войти\n\nПомогите ему."
    ),
    "what a customer writes from": (
        "Добрый день!\n\nКлиент i@corp.example пишет:\nне могу войти\n\nПомогите ему."
    ),
    "regards and something forgotten": "С уважением, Анна\n\nЗабыла: порт 22",
    "dashes and something more": "Смотрю.\n--\nP.S. Порт 22",
    "a drawn line and the sum": "Позиции выше.\n\n---\nИтого\nПять штук",
    "lines for looks": "## Итоги\n----\n1. Быстрее\n\n====\n\nЭто не подпись.",
    "regards in a sentence": "С уважением отношусь к вашей работе, но сроки вышли.",
    "regards and more": "С уважением, Анна\n\nP.S. Логин: belykh, и пароль тот же, что был.",
    "sent from, in a sentence": "Sent from my desk, it arrives; from the telephone it does not.",
    "отправлено, в рассказе": "Отправлено с ошибкой дважды, верните деньги.",
    "answers in between": (
        "Пётр Сомов <p@corp.example> пишет:\n> Какой номер?\n\n17\n\n> Какой этаж?\n\nВторой"
    ),
    "a quote alone": "Пётр Сомов <p@corp.example> пишет:\n> Какой номер?",
    "headers alone": f"{HEADERS['Outlook, Russian']}\n\n{QUOTED}",
    "a signature alone": "С уважением,\nАнна Белых",
    "a list": "Закупить:\n- бумагу\n- тонер\n- скрепки",
    "a log": "\n".join(f"2026-03-12 10:00:0{n} error: code {n}" for n in range(9)),
    "code": "Вот код:\n```\nx = '--'\n# Sent from my script\n```\nОн не работает, почему?",
    **clients.WHOLE,
}  # fmt: skip


@pytest.mark.parametrize("above", ABOVE.values(), ids=ABOVE.keys())
@pytest.mark.parametrize("quoted", [QUOTED, MARKED], ids=["bare", "marked"])
def test_the_answer_above_a_quote_is_found(above: str, quoted: str) -> None:
    found = wrote.part(f"{ANSWER}\n\n{above}\n\n{quoted}\n")
    assert found.text == ANSWER
    assert found.quoted.split() == f"{above} {quoted}".split()


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS.keys())
def test_the_answer_above_headers_is_found(headers: str) -> None:
    found = wrote.part(f"{ANSWER}\n\n{headers}\n\n{QUOTED}\n")
    assert found.text == ANSWER
    assert found.quoted.split() == f"{headers} {QUOTED}".split()


@pytest.mark.parametrize("signature", SIGNATURES.values(), ids=SIGNATURES.keys())
def test_a_signature_is_set_apart(signature: str) -> None:
    found = wrote.part(f"{ANSWER}\n\n{signature}\n")
    assert found.text == ANSWER
    assert found.quoted.split() == signature.split()
    above = ABOVE["Gmail, Russian"]
    found = wrote.part(f"{ANSWER}\n\n{signature}\n\n{above}\n{MARKED}\n")
    assert found.text == ANSWER


@pytest.mark.parametrize("text", WHOLE.values(), ids=WHOLE.keys())
def test_nothing_is_cut_where_nothing_may_be(text: str) -> None:
    assert wrote.part(text) == wrote.Written(text=text)
    assert wrote.part(text).text == text


def test_an_answer_below_a_quote_is_found() -> None:
    above = ABOVE["Thunderbird, Russian"]
    found = wrote.part(f"{above}\n{MARKED}\n\n{ANSWER}\n\nС уважением, Анна\n")
    assert found.text == f"{ANSWER}\n\nС уважением, Анна"
    assert found.quoted.split() == f"{above} {MARKED}".split()


@pytest.mark.parametrize(
    "above", ["Quoting Ann <a@corp.example>:", "* Ann <a@b.example>:"]
)
def test_an_address_above_a_quote_tells_of_it_in_any_tongue(above: str) -> None:
    assert wrote.part(f"{ANSWER}\n\n{above}\n{MARKED}").text == ANSWER


def test_initials_mark_a_quote() -> None:
    marked = "\n".join(f"ПС> {line}" for line in QUOTED.split("\n"))
    text = f"{ANSWER}\n\nВторник, 3 марта 2026 г., 9:15:07:\n\n{marked}\n"
    assert wrote.part(text).text == ANSWER


def test_a_quote_that_nobody_introduces_is_a_quote() -> None:
    assert wrote.part(f"{ANSWER}\n\n{MARKED}").text == ANSWER


def test_wrapped_lines_of_a_quote_belong_to_it() -> None:
    long = "> Слова этой строки цитаты идут до самого края листа и кончаются там, где\nкрай."
    text = f"{ANSWER}\n\n{ABOVE['Thunderbird, Russian']}\n{long}\n> Всё.\n"
    assert wrote.part(text).text == ANSWER


def test_answers_that_stand_inside_are_kept_with_what_they_answer() -> None:
    text = f"Ответы ниже, в тексте письма.\n\n{HEADERS['Outlook, Russian']}\n\n{QUOTED}"
    assert wrote.part(text).text == text


@pytest.mark.parametrize(
    "marker",
    [
        "---------- Forwarded message ---------",
        "-------- Пересылаемое сообщение --------",
        "-------- Перенаправленное сообщение --------",
        "---------- Переслане повідомлення ---------",
        "Начало переадресованного сообщения:",
        "Begin forwarded message:",
    ],
)
def test_a_forwarded_mail_is_content(marker: str) -> None:
    forward = f"{marker}\n{HEADERS['Lotus Notes']}\n\n{QUOTED}\n\nС уважением,\nПётр"
    text = f"Посмотрите, пожалуйста.\n\nС уважением, Анна\n\n{forward}"
    found = wrote.part(text)
    assert (found.text, found.quoted, found.forward) == (text, "", forward)


def test_headers_below_a_subject_that_says_forwarded_are_content() -> None:
    forward = f"{HEADERS['Outlook, Russian']}\n\n{QUOTED}"
    text = f"Посмотрите, пожалуйста.\n\n{forward}"
    found = wrote.part(text, forwards=True)
    assert (found.text, found.forward) == (text, forward)
    assert wrote.part(text).text == "Посмотрите, пожалуйста."
