"""What rarer programs, desks and tongues put above a quote and below a letter."""

# ruff: noqa: E501 - the lines are as long as programs write them
from __future__ import annotations

ANSWER = "Добрый день!\nПринтер снова печатает пустые листы."
QUOTED = "Коллеги, мы заменили картридж.\nПроверьте, пожалуйста."
MARKED = "\n".join(f"> {line}" for line in QUOTED.split("\n"))

ABOVE = {
    "Yahoo, Russian": "вторник, 3 марта 2026 г., 9:15:07 GMT+3, Пётр Сомов <p@corp.example> написал(-а):",
    "Gmail, a desk": "вт, 3 мар. 2026 г., 09:15 Служба поддержки <desk@corp.example>:",
    "Gmail, a name in two cases": "вт, 3 мар. 2026 г. в 09:15, Corp service <\ndesk@corp.example>:",
    "Gmail, older, without an address": "вторник, 3 марта 2026 г. пользователь petr написал:",
    "Gmail, Belarusian": "аўт, 3 сак. 2026 г. у 09:15 Пётр Сомаў <p@corp.example> піша:",
    "a desk and an address": "Отдел по работе с клиентами <desk@corp.example> пишет:",
    "the address right before the verb": "3 марта 2026 г. petr <p@corp.example> писал:",
    "a day of the week": "On Tue, 3 Mar 2026 Peter wrote:",
    "Macedonian": "На 03.03.2026 во 09:15, Петар напиша:",
    "Spanish, a name": "El 3 mar 2026 a las 9:15, Ana escribió:",
    "Dutch, without a verb": "dinsdag 3 maart 2026, 09:15:07 +0100, Anna Bos a.bos@corp.example:",
    "Korean": "2026. 3. 3. (화) 오전 9:15, Kim <k@corp.example> 작성:",
    "Hungarian": "2026. márc. 3., k 9:15 időpontban Nagy Béla <b@corp.example> ezt írta:",
    "headers in one line": 'Sent: Tuesday, March 03, 2026 at 9:15 AM From: "Corp desk" <d@corp.example> To: a@b.example Subject: Printer',
    "headers, Belarusian": "Ад: Пётр <p@corp.example>\nАдпраўлена: 3 сакавіка 2026 г. 9:15\nКаму: a@b.example\nТэма: Прынтар",
    "a day of the week, a nickname": "On Tue, Mar 3, 2026, peter wrote:",
    "two lines, the name in the first": "Peter Somov <p@corp.example> schrieb am Di.,\n3. März 2026 09:15:",
    "Opera": "Пётр Сомов <p@corp.example> писал(а) в своём письме Tue, 03 Mar 2026 09:15:07 +0300:",
    "KMail": "В письме от вторник, 3 марта 2026 г. 9:15:07 MSK пользователь Пётр Сомов написал:",
    "sent without a date": "От: Пётр Сомов\nОтправлено: вчера",
    "a name below a line": "________________________________\nFrom: Corp desk",
    "original message, Polish": "-----Wiadomość oryginalna-----",
    "original message, Chinese": "------------------ 原始邮件 ------------------",
}  # fmt: skip
ABOVE_MARKS = {
    "Roundcube": "Отдел закупок писал(а) 2026-03-03 09:15:",
    "a desk": "03.03.2026 9:15, Служба поддержки пишет:",
    "a day without a year": "03.03 Пётр написал:",
    "a desk that does not say it": "03.03.2026 9:15, Служба поддержки:",
    "a mail of a day": "Письмо от 3 марта 2026 г., 9:15:",
    "a person and a time": "Пётр Сомов, 03.03.2026 9:15:",
    "Macedonian": "На вторник, 3 март 2026 г., Петар напиша:",
    "Japanese": "2026年3月3日(火) 9:15 Bob <b@corp.example>のメッセージ:",
}
SIGNATURES = {
    "two regards": "С уважением и наилучшими пожеланиями,\nАнна Белых",
    "two regards, Ukrainian": "З повагою та найкращими побажаннями,\nГанна Білих",
    "regards to somebody": "З повагою до Вас,\nГанна Білих",
    "a team": "С уважением, коллектив ООО «Ромашка»",
    "a card in one line": "С уважением, Анна Белых, менеджер ООО «Ромашка», тел. 123-45-67",
    "Proton": "Отправлено с помощью защищённой почты Proton Mail.",
    "Proton, a link": "Отправлено с помощью [Proton Mail](https://proton.example/) защищенной почты.",
    "Ukrainian, abridged": "Відправлено з моб. додатку Gmail",
    "Ukrainian, a device": "Надіслано з пристрою Xiaomi",
    "an application": "Sent with Airmail",
    "an apology": "Sent from my phone, please excuse any typos.",
    "K-9": "Diese Nachricht wurde von meinem Android-Mobiltelefon mit K-9 Mail gesendet.",
    "Chinese": "从我的 iPhone 发送",
    "lawyers alone": "ВНИМАНИЕ: Это письмо содержит конфиденциальную информацию и предназначено только адресату. Если Вы получили его по ошибке, удалите его.",
}  # fmt: skip
WHOLE = {
    "a line that is talked of": "Откуда в письмах эта строка?\n\nНапример:\n\nОтправлено с iPhone\n\nКак её убрать?",
    "a sum below dashes": "| 01.09 | 100 |\n| 02.09 | 200 |\n\n--\n\nИтого: 300",
    "a document with regards": "Договор кончается словами:\n\nС уважением,\nдиректор\n\nЗамените директора.",
    "a sentence with a time": "12.03.2026 10:00 не пришло письмо от Ивана <i@corp.example>:\nПроверьте.",
    "what a program wrote then": "В 10:00 12.03.2026 программа пишет:\n> denied\n> exit 1\nЧто делать?",
    "what a program wrote, in a list": "1. Консоль пишет:\n> denied\n> exit 1\n\nЧто делать?",
    "secrets that are asked about": "Это письмо конфиденциально? Кому оно предназначено, из него не понять никому.",
    "a subject alone": "Тема: счёт на оплату\nСумма 120 000, доставка бесплатно.",
    "from somebody": "От: нас ничего не требуется.\nСчёт № 5 во вложении.",
}  # fmt: skip
