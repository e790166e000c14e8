"""Words by which mails are known that say little: Russian and English, ё as е."""

from __future__ import annotations

_ASKS = """
статус статуса статусе статусы состояние status state
"""
_BESIDE = """
по о об у на в и а ли же как какой каков какая какое что там мой моя мое мои моей
моему моего моих моим нашей наш нашего заявка заявки заявке заявку заявок заявкам
заявкой обращение обращения обращению обращений запрос запроса запросу запросов
тикет тикета тикету номер номером номера of for on the my our a is what whats s
about ticket tickets request requests number no
"""
_POLITE = """
здравствуйте здравствуй добрый доброе доброго день дня утро утра вечер вечера привет
приветствую коллеги уважаемые подскажите подскажи скажите сообщите сообщить уточните
уточнить напишите пришлите прошу просьба пожалуйста можно можете могли бы узнать
хочу хотел хотела хотелось заранее спасибо благодарю с уважением hello hi hey dear
team colleagues good morning afternoon evening day please could can you tell me let
us know give send i we would like to want thanks thank many in advance best kind
regards
"""
_EMPTY = """
без темы тема нет вопрос вопросы заявка заявки заявку заявке обращение запрос
просьба проблема проблемы ошибка ошибки сбой помощь помогите помочь прошу пожалуйста
срочно очень важно внимание здравствуйте здравствуй привет добрый доброе день утро
вечер доброго времени суток уважаемые коллеги письмо сообщение информация документ
документы файл файлы фото скан скриншот счет счета акт акты договор отчет отчеты
тест проверка поддержка техподдержка техническая служба новая новый новое еще один
одна для про или что как это мой моя наш наша ваш ваша сегодня вчера завтра спасибо
the and for from your our with please help question questions request issue issues
problem problems error errors urgent important asap attention hello dear team good
morning afternoon evening day support ticket subject message information info
document documents file files photo scan screenshot invoice report reports test new
another today yesterday tomorrow thanks thank you not need
"""

#: What asks how a ticket stands.
ASKS = frozenset(_ASKS.split())
#: What may stand beside that in a subject and asks for nothing more.
BESIDE = frozenset(_BESIDE.split())
#: What politeness adds to that in a text.
POLITE = frozenset(_POLITE.split())
#: What a request may be called without a word of what it is about.
EMPTY = frozenset(_EMPTY.split())
#: What says, as all that a person wrote, that they want no more of a ticket.
LEAVES = frozenset(
    {
        "отписаться",
        "отписка",
        "отпишите",
        "отпишите меня",
        "стоп",
        "unsubscribe",
        "stop",
        "leave",
    }
)
