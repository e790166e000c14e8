"""The words by which mail programs of many languages mark what they quote."""

from __future__ import annotations

FROM, DATE, TO, COPY, SUBJECT = "from", "date", "to", "copy", "subject"

# A header's name as a program writes it above the mail that it quotes.
_NAMES = {
    FROM: (
        "from|от|от кого|від|від кого|von|absender|de|expéditeur"
        "|da|mittente|remitente|van|fra|från|od|lähettäjä|kimden|gönderen|feladó|ад|кімнен"
        "|发件人|寄件者|差出人|보낸 사람|từ|người gửi|de la"
    ),
    DATE: (
        "sent|date|sent at|дата|отправлено|послано|дата отправки|надіслано"
        "|відправлено|дата надсилання|gesendet|datum|gesendet am|envoyé|envoyé le"
        "|date d'envoi|message du|inviato|data|enviado|enviado el|enviada em|enviado em"
        "|fecha|verzonden|verzonden op|sendt|dato|skickat|wysłano|data wysłania"
        "|odesláno|lähetetty|päivämäärä|päiväys|tarih|gönderildi|gönderilen|dátum"
        "|elküldve|адпраўлена|жіберілді|发送时间|日期"
        "|送信日時|日時|보낸 날짜|đã gửi|ngày|trimis"
    ),
    TO: (
        "to|кому|каму|an|empfänger|à|a|para|aan|til|till|do|komu"
        "|vastaanottaja|kime|alıcı|címzett|кімге|收件人|宛先|받는 사람|đến|către"
        "|destinataire|destinatario"
    ),
    COPY: (
        "cc|bcc|копия|копии|скрытая копия|копія|kopie|kopia|kopi|copie|copie à|cópia"
        "|copia|kopio|bilgi|抄送|참조|reply-to|обратный адрес|ответить"
    ),
    SUBJECT: (
        "subject|re|тема|тема письма|тэма|betreff|objet|sujet|oggetto|asunto"
        "|assunto|onderwerp|emne|ämne|temat|předmět|aihe|konu|tárgy|тақырып|主题|主旨"
        "|件名|제목|chủ đề|subiect"
    ),
}
HEADERS = {name: role for role, names in _NAMES.items() for name in names.split("|")}

# Names of the date that forms and notes hardly ever have below an author.
_SENT = (
    "sent|отправлено|надіслано|адпраўлена|gesendet|envoyé|inviato|enviado|enviada em"
    "|verzonden|sendt|skickat|wysłano|odesláno|lähetetty|elküldve|gönderilen"
)
SENT = frozenset(_SENT.split("|"))

# "wrote", as it stands in the line above a quote.
WROTE = (
    r"wrote|writes|sent|пиш[еі]т|пише|піша|(?:на)?писал(?:и|а|\(-?[аa]\))?"
    r"|написав(?:ши|\(ла\)|\(-ла\)|/написала)?|писав(?:\(ла\))?|сообщил(?:\(?а\)?)?"
    r"|(?:на)?пісаў|(?:на)?пісала|напиша|написа|жазды|schrieb|schrieben|a\s+écrit|écrit|escribió|escreveu|schreef"
    r"|geschreven|napisał(?:\(a\)|a)?|pisze|skrev|kirjoitti|ha\s+scritto|scrive|napsala?"
    r"|napsal\(a\)|yazdı|şunu\s+yazdı|írta|đã\s+viết|a\s+scris|rašė"
)
# The same where no blank parts it from the name.
WROTE_EAST = r"写道|寫道|書きました|のメッセージ|のメール|작성"

# How such a line begins if it does not begin with a number.
LEADS = (
    r"On|At|Le|Am|Il|El|Em|Op|Den|På|Dne|Dnia|W\s+dniu|In\s+data|Vào|Pada|Në|Data"
    r"|Вы\s+писали|Ви\s+писали|You\s+wrote|В|У|Во|На|(?:Письмо|Сообщение)\s+от|Лист\s+від"
)
WEEKDAYS = (
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?|понедельник|вторник|среда|четверг|пятница|суббота"
    r"|воскресенье|пн|вт|ср|чт|пт|сб|вс|вск|понеділок|вівторок|середа|четвер"
    r"|п[’'ʼ]ятниця|субота|неділя|нд|lun|mar|mer|jeu|ven|sam|dim|gio|sab|dom|jue|vie"
    r"|sáb|seg|ter|qua|qui|sex|mo|di|mi|do|fr|sa|so|man|tir|ons|tor|fre|lør|søn|mån"
    r"|tis|lör|sön|ma|ti|ke|to|pe|la|su|wo|vr|za|zo|pon|wt|śr|czw|pt|sob|niedz|po|út"
    r"|st|čt|pá|so|ne|пан|аўт|сер|чац|пят"
)
# Small words between the date, the name and "wrote" that are no part of a sentence.
_SMALL = (
    "a|ad|alle|am|at|av|bei|by|c|cet|d|da|das|de|del|dem|den|der|des|di|die|do|du"
    "|e|el|est|from|gmt|h|heeft|het|hrs|i|il|in|kell|kl|klo|la|las|le|les|mailto|mi"
    "|msk|napisał|no|o|of|og|om|on|op|ore|p|pm|por|på|r|s|satt|st|t|te|the|to|u"
    "|uhr|um|utc|uur|użytkownik|uživatel|v|van|via|viết|volgende|von|vào|w|you"
    "|zeit|à|às|óra|в|ви|во|вы|від|г|год|года|году|и|користувач|мск|о|об|от"
    "|пользователь|р|року|у|ч|час|часов|і|письме|своём|своем|сообщении|листі"
    "|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|понеділок|вівторок"
    "|середа|четвер|субота|неділя"
)
SMALL = frozenset(_SMALL.split("|"))

ORIGINAL = (
    r"(?:original|reply|исходно[ея]|первоначально[ея]|оригинально[ея]|оригінальн[ея]"
    r"|вихідн[ея]|початков[ея]|цитируем[а-я]+|ursprüngliche|antwort|original-?"
    r"|oprindelig|opprinnelig|ursprungligt|oorspronkelijk|originele|oryginaln[aey]"
    r"|původní|alkuperäinen|eredeti|orijinal|зыходнае|бастапқы)\s*"
    r"(?:e-?mail\s+|mail\s+)?(?:message|email|e-mail|mail|appointment|сообщение|письмо"
    r"|повідомлення|лист|nachricht|meddelelse|melding|besked|meddelande|bericht"
    r"|wiadomość|zpráva|viesti|üzenet|mesaj|ileti|паведамленне)"
    r"|message\s+d['’]origine|courriel\s+d['’]origine|messaggio\s+originale"
    r"|mensaje\s+original|mensagem\s+original|邮件原件|原始邮件|元のメッセージ|原始郵件|원본\s*메시지"
    r"|wiadomość\s+oryginalna"
    r"|(?:message|mail)\s+original|original\s+meddelande"
)
# What desks put above the mails they send.
REPLY_ABOVE = (
    r"(?:reply|respond|answer|write)\s+above\s+this\s+line|above\s+this\s+line\s+to\s+reply"
    r"|(?:ответ\w*|пишите|напишите)\s.{0,20}выше\s+(?:этой\s+)?(?:линии|строки|черты)"
    r"|(?:відпов\w*|пишіть)\s.{0,20}вище\s+(?:цієї\s+)?(?:лінії|риски|рядка)"
)
FORWARDED = (
    r"forwarded\s+(?:message|mail|by|email)|begin\s+forwarded\s+message"
    r"|(?:пересылаем|пересланн|переадресованн|перенаправленн|переслан|переадресован"
    r"|перенаправлен)[а-яіїє]*\s+(?:сообщени|письм|повідомлен|лист)[а-яіїє]*"
    r"|начало\s+(?:пере[а-я]+)\s+(?:сообщения|письма)"
    r"|початок\s+(?:пере[а-яіїє]+)\s+(?:повідомлення|листа)"
    r"|weitergeleitete\s+(?:nachricht|e-?mail)|anfang\s+der\s+weitergeleiteten"
    r"|message\s+(?:transféré|transmis|réexpédié)|début\s+du\s+message"
    r"|messaggio\s+inoltrato|inizio\s+messaggio|mensaje\s+reenviado|mensagem\s+encaminhada"
    r"|doorgestuurd\s+bericht|begin\s+doorgestuurd|videresendt\s+(?:besked|melding)"
    r"|vidarebefordrat\s+(?:meddelande|mejl)|edelleenlähetetty|přeposlaná|wiadomość\s+"
    r"przekazana|przekazana\s+wiadomość|转发的邮件|轉寄郵件"
)
# What a subject begins with when the mail was forwarded.
PASSED_ON = (
    r"fwd?|fw|пересл|переслать|переслано|пересылка|пере|пер|пд|fs|wg|tr|rv|rif|enc|i"
    r"|i̇lt|vs|vb|vl|pd|doorst|转发|轉寄"
)
# First names, without which "X wrote:" says as well what a program showed.
GIVEN = (
    "александр|александра|алексей|алена|алёна|алина|алла|анастасия|анатолий|андрей|анна"
    "|антон|антонина|артём|артем|богдан|борис|вадим|валентин|валентина|валерий|валерия"
    "|василий|вера|вероника|виктор|виктория|виталий|владимир|владислав|вячеслав|галина"
    "|геннадий|георгий|григорий|дарья|денис|дмитрий|евгений|евгения|екатерина|елена"
    "|елизавета|иван|игорь|илья|инна|ирина|карина|кирилл|константин|кристина|ксения"
    "|лариса|леонид|лидия|любовь|людмила|максим|маргарита|марина|мария|михаил|надежда"
    "|наталия|наталья|никита|николай|оксана|олег|ольга|павел|пётр|петр|полина|роман"
    "|руслан|светлана|семён|сергей|софия|софья|станислав|степан|тамара|татьяна|тимофей"
    "|тимур|фёдор|федор|юлия|юрий|яна|ярослав|олексій|андрій|анатолій|валерій|василь"
    "|віктор|вікторія|віталій|володимир|ганна|дмитро|євген|євгенія|катерина|олена|ірина"
    "|ігор|іван|кирило|людмила|марія|микола|михайло|наталія|оксана|олександр|олександра"
    "|ольга|павло|петро|сергій|світлана|тетяна|юрій|юлія|john|james|michael|david|robert"
    "|william|mary|anna|peter|paul|mark|thomas|sarah|jane|maria|alex|daniel|kate|emma"
)
# Names of desks, in which small words are no part of a sentence.
DESKS = (
    r"[А-ЯІЇ][а-яёіїє]+\s+(?:[а-яёіїє]+\s+){0,3}(?:поддержки|сопровождения|продаж|закупок"
    r"|заботы|качества|кадров|доставки|логистики|клиентов|клиентами|приёмки|обслуживания"
    r"|підтримки|продажів|закупівель|доставки|клієнтів|клієнтами|обслуговування)\b"
    r"|[А-ЯІЇ][а-яёіїє]+\s+(?:поддержка|підтримка|служба|отдел|відділ)\b"
)
# What writes things and is nobody.
THINGS = (
    "бот|браузер|заказчик|касса|клиент|коллега|менеджер|партн[её]р|покупатель|пользователь"
    "|сотрудник|customer|user|client|компьютер|консоль|лог|машина|модуль|ноутбук|окно|он|она|оно"
    "|ошибка|панель|плагин|почта|приложение|принтер|программа|робот|сайт|сервер|сервис"
    "|сертификат|система|служба|телефон|терминал|утилита|чат|экран|я|програма|сервіс|вікно"
    "|помилка|браузер|застосунок|він|вона|воно|it|the|system|server|console|program|app"
    "|browser|windows|log|i|he|she|they|1с|1c"
)
