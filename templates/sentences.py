"""The short texts of Telegram's chats: what each name says, in English.

A message is the catalogues' key; its placeholders are the facts it needs. All are
plain text: what stands out in a chat is said by offsets, never by markup.
"""

from __future__ import annotations

from types import MappingProxyType


def _(message: str) -> str:
    """Mark a message for the catalogues."""
    return message


SENTENCES = MappingProxyType(
    {
        "chat.command.new": _("Begin another request"),
        "chat.command.status": _("How my requests stand"),
        "chat.command.leave": _("No more messages about this request"),
        "chat.command.help": _("How to write to us"),
        "chat.command.undo": _("Take my last answer back, while it is held"),
        "chat.button.take": _("Take"),
        "chat.button.resolve": _("Resolve"),
        "chat.button.close": _("Close"),
        "chat.button.accept": _("Accept"),
        "chat.button.reject": _("Reject"),
        "chat.toast.not-registered": _(
            "You are not registered as a specialist. Ask an administrator."
        ),
        "chat.toast.unknown-button": _("This button no longer works."),
        "chat.toast.taken": _("%(number)s is yours now."),
        "chat.toast.yours-already": _("This ticket is already yours."),
        "chat.toast.resolved": _("%(number)s is resolved."),
        "chat.toast.resolved-already": _("This ticket is resolved already."),
        "chat.toast.closed": _("%(number)s is closed."),
        "chat.toast.closed-already": _("This ticket is closed already."),
        "chat.toast.forbidden": _("The process does not allow that at this stage."),
        "chat.toast.awaits-confirmation": _(
            "%(number)s waits until the corporate system confirms it."
        ),
        "chat.toast.judged-already": _("This has already been decided."),
        "chat.toast.accepted": _("Accepted: the message counts as the partner's."),
        "chat.toast.rejected": _("Rejected: the message stays here only."),
        "page.gone": _("This link has expired."),
        "page.gone-next": _("Reply to the message it came in and ask for a new one."),
        "digest.opened": _("Opened"),
        "digest.closed": _("Closed"),
        "stage.new": _("new"),
        "stage.assigned": _("assigned"),
        "stage.in-progress": _("in progress"),
        "stage.waiting": _("waiting for the partner"),
        "stage.resolved": _("resolved"),
        "stage.closed": _("closed"),
        "priority.low": _("low"),
        "priority.normal": _("normal"),
        "priority.high": _("high"),
        "priority.urgent": _("urgent"),
        "chat.unverified": _(
            "⚠️ The sender is not verified. "
            "The message stays here until somebody accepts it."
        ),
        "chat.comment-cut": _(
            "✂️ The message is long: the whole text follows as a file."
        ),
        "chat.repeat": _("🔁 Sent again: the first attempt may have arrived."),
        "chat.file-not-shown": _(
            "📎 Telegram does not take the file “%(file_name)s” (%(size)s bytes). "
            "It is kept with the ticket."
        ),
        "chat.file.disguised": _(
            "⚠️ By its name or type this is something harmless, and it is not: %(type)s."
        ),
        "chat.file.program": _(
            "⚠️ This is a program or can start one. Open it only if you expected it."
        ),
        "chat.file.holds-program": _(
            "⚠️ There is a program in this archive. Start it only if you expected it."
        ),
        "chat.file.encrypted": _(
            "🔑 The archive is protected with a password: "
            "what is in it was not checked."
        ),
        "chat.file.opaque": _(
            "⚠️ The archive could not be looked into: it is damaged or in a rare form."
        ),
        "chat.file.unscanned": _(
            "⚠️ The file is too large for the virus scanner and was not checked."
        ),
        "chat.notice.file-infected": _(
            "🔒 The file “%(file_name)s” is locked: the scanner found %(virus)s in it. "
            "It stays with the ticket and goes to nobody."
        ),
        "chat.notice.file-bomb": _(
            "🔒 The file “%(file_name)s” is locked: it is small, and would unpack to "
            "something huge. It stays with the ticket and goes to nobody."
        ),
        "chat.notice.own-file-infected": _(
            "🔒 The scanner found %(virus)s in your file “%(file_name)s”. "
            "It was not sent to the partner. Please check your computer."
        ),
        "chat.notice.own-file-bomb": _(
            "🔒 Your file “%(file_name)s” is small, and would unpack to something "
            "huge. It was not sent to the partner."
        ),
        "chat.notice.files-left-out": _(
            "⚠️ Of this mail's files %(count)s are not shown: there are too many of "
            "them, or they are too large: %(names)s\n"
            "The operator has the whole mail: zayavka arrival show %(arrival)s --raw"
        ),
        "chat.notice.parts-left-out": _(
            "⚠️ This mail has more parts, or deeper ones, than are shown. "
            "The operator has the whole mail: zayavka arrival show %(arrival)s --raw"
        ),
        "chat.notice.nothing-said": _(
            "⚠️ There is nothing in this that a mail can carry, so it was not sent. "
            "Write text or attach a file."
        ),
        "chat.notice.anonymous": _(
            "⚠️ You write as an anonymous administrator, so nobody knows who answers. "
            "This was not sent to the partner. "
            "Turn anonymity off and write it again."
        ),
        "chat.notice.not-registered": _(
            "⚠️ You are not registered as a specialist. "
            "This was not sent to the partner. "
            "An administrator can add you by your Telegram ID: "
            "%(telegram_id)s"
        ),
        "chat.notice.file-too-big": _(
            "⚠️ The file “%(file_name)s” is larger than the 20 MB that Telegram lets "
            "a bot fetch. "
            "The partner gets the answer without it and reads its name there."
        ),
        "chat.notice.file-not-fetched": _(
            "⚠️ The file “%(recipient)s” could not be fetched from Telegram: "
            "%(reason)s\n"
            "The partner gets the answer without it and reads its name there."
        ),
        "chat.notice.sealed": _(
            "🔒 This mail or a part of it is encrypted (%(form)s), "
            "and the desk has no key. What is encrypted is kept as a file."
        ),
        "chat.notice.sealed-asked": _(
            "🔒 This mail or a part of it is encrypted (%(form)s), "
            "and the desk has no key. What is encrypted is kept as a file. "
            "The partner is asked to send it without encryption."
        ),
        "chat.notice.not-shown": _(
            "⚠️ Something of this ticket could not be shown here.\n%(reason)s"
        ),
        "chat.notice.forbidden": _(
            "⚠️ The process does not allow that at this stage: "
            "the ticket stays as it is."
        ),
        "chat.notice.awaits-confirmation": _(
            "⏳ The ticket waits until the corporate system confirms it."
        ),
        "chat.notice.not-confirmed": _(
            "↩️ The corporate system did not confirm this: "
            "the ticket stays as it is.\n%(reason)s"
        ),
        "chat.notice.confirmation-late": _(
            "⏰ The corporate system has not confirmed this in time. "
            "The ticket goes on waiting; somebody should ask there."
        ),
        "chat.notice.delivery-failed": _(
            "💔 The mail did not reach %(recipient)s.\n%(reason)s"
        ),
        "chat.trouble.no-mailbox": _("There is no such mailbox: check the address."),
        "chat.trouble.no-domain": _(
            "There is no such domain, or it takes no mail: check the address."
        ),
        "chat.trouble.address": _("Their server does not take this address."),
        "chat.trouble.our-address": _(
            "Their server does not take mail from our address: tell an administrator."
        ),
        "chat.trouble.mailbox-closed": _("The mailbox is closed or blocked."),
        "chat.trouble.mailbox-full": _("The mailbox is full: reach them otherwise."),
        "chat.trouble.mailbox": _("Their mailbox does not take the mail."),
        "chat.trouble.too-large": _(
            "The mail is too large for them: send the files another way."
        ),
        "chat.trouble.server": _(
            "Their server could not take the mail: tell an administrator."
        ),
        "chat.trouble.way": _("Their server could not be reached."),
        "chat.trouble.content": _("Their server does not take mail of this form."),
        "chat.trouble.policy": _(
            "Their server refused it by its rules, perhaps as spam: "
            "tell an administrator."
        ),
        "chat.notice.delivery-delayed": _(
            "⏳ The mail has not reached %(recipient)s yet; "
            "their server goes on trying.\n%(reason)s"
        ),
        "chat.notice.many-notices": _(
            "🔁 %(recipient)s gets no more notices on this ticket for an hour: "
            "there were so many that a program may be answering them. "
            "Your answers are sent as before."
        ),
        "chat.notice.left": _(
            "🚪 %(recipient)s has left this ticket and gets no more of it. "
            "A message of theirs brings them back."
        ),
        "chat.notice.requester-left": _(
            "🚪 %(recipient)s, whose request this is, wants no more mail about it. "
            "The ticket goes on; a message of theirs brings them back."
        ),
        "chat.notice.storm-began": _(
            "🌪 More than %(count)s messages from %(sender)s have come in a short time. "
            "The next ones are kept with this ticket and not shown here; "
            "how many there are is told once an hour."
        ),
        "chat.notice.storm-goes-on": _(
            "🌪 The storm goes on: %(count)s more messages were kept with this ticket."
        ),
        "chat.notice.forwarded": _(
            "↪️ %(recipient)s forwarded this: the partner has got the ticket's number."
        ),
        "chat.notice.noted-by-mail": _(
            "📝 %(recipient)s wrote this by mail, so it is a note: nobody else got it "
            "from us. To answer the partner, write here."
        ),
        "chat.notice.answer-without-files": _(
            "⚠️ Too large for mail: %(names)s. %(recipient)s gets the answer without "
            "that and reads its name there. Find another way to send it."
        ),
        "chat.notice.undone": _(
            "↩️ Taken back: nobody was sent this answer. It stays here as a note."
        ),
        "chat.notice.undo-too-late": _(
            "⚠️ Too late: the answer has left. Write another one to put it right."
        ),
        "chat.notice.undo-nothing": _(
            "⚠️ There is no answer of yours here to take back. Reply with /undo to "
            "your own message, or write it alone to take back your last one."
        ),
        "chat.notice.assigned": _("👤 %(assignee)s, this ticket was assigned to you."),
        "chat.notice.nobody-to-mail": _(
            "⚠️ Nobody on this ticket has an e-mail address: the answer went to no one."
        ),
        "chat.notice.not-in-chat": _(
            "💔 The message did not reach %(recipient)s in Telegram.\n%(reason)s"
        ),
        "chat.notice.partners-file-too-big": _(
            "⚠️ The partner sent the file “%(file_name)s”, which is larger than the "
            "20 MB that Telegram lets a bot fetch. It is not shown here."
        ),
        "chat.notice.partners-file-not-fetched": _(
            "⚠️ The partner's file “%(recipient)s” could not be fetched from Telegram: "
            "%(reason)s"
        ),
        "chat.alarm.bus": _(
            "🚨 The bus %(target)s does not take an event of %(stream)s; nothing more "
            "of it leaves for there until you decide.\n%(reason)s\n\n"
            "Try again: zayavka delivery retry %(id)s\n"
            "Leave it out: zayavka bus skip --target %(target)s %(which)s"
        ),
        "chat.alarm.delivery": _(
            "🚨 Something could not be delivered to %(target)s and waits for you.\n"
            "%(reason)s\n\n"
            "Look: zayavka delivery show %(id)s\n"
            "Try again: zayavka delivery retry %(id)s"
        ),
        "chat.alarm.arrival": _(
            "🚨 Something that came in could not be filed and waits for you.\n"
            "%(reason)s\n\n"
            "Look: zayavka arrival show %(id)s\n"
            "Try again: zayavka arrival retry %(id)s"
        ),
        "chat.alarm.scanner": _(
            "🚨 The scanner does not answer, so messages with files wait: neither the "
            "partner nor the specialists have them. Everything else goes on, and these "
            "follow by themselves when it is back.\n%(reason)s"
        ),
        "chat.button.block": _("Block"),
        "chat.question.mail": _("👤 Nobody knows who this is. They write by mail."),
        "chat.question.chat": _("👤 Nobody knows who this is. They write to the bot."),
        "chat.question.forged": _(
            "⚠️ The mail server says that the sender's address is forged."
        ),
        "chat.operator": _("the operator"),
        "chat.decision.admit": _("✅ Accepted (%(who)s): it becomes a ticket."),
        "chat.decision.refuse": _("🚫 Rejected (%(who)s)."),
        "chat.decision.block": _(
            "⛔ Blocked (%(who)s): nothing from this sender will be read."
        ),
        "chat.toast.admit": _("Accepted: it becomes a ticket in a moment."),
        "chat.toast.refuse": _("Rejected: no ticket is opened."),
        "chat.toast.block": _("Blocked: nothing from this sender will be read."),
        "chat.partner.waits": _(
            "Thank you, we have your message. We do not know you yet, so somebody will "
            "look at it first; if they take it on, you get its number here."
        ),
        "chat.alarm.more": _("And %(count)s more of this kind."),
        "chat.partner.welcome": _(
            "Hello! This is the support desk. Write what has happened and attach files "
            "if they help: you get the number of your request at once, and the "
            "specialist's answer comes here.\n"
            "/new begins another request."
        ),
        "chat.partner.accepted": _(
            "Your request is registered: %(subject)s\n"
            "A specialist will answer you here. To add something, just write. "
            "/new begins another request."
        ),
        "chat.partner.taken": _(
            "%(number)s: %(assignee)s has started to work on your request."
        ),
        "chat.partner.resolved": _(
            "%(number)s: your request is resolved. If something is not in order, "
            "reply to this message, and the request will be open again."
        ),
        "chat.partner.closed": _(
            "%(number)s: your request is closed. If the question comes back, "
            "reply to this message, and the request will be open again."
        ),
        "chat.partner.reopened": _(
            "%(number)s: your request is open again, and we are working on it."
        ),
        "chat.partner.left": _(
            "%(number)s: you get no more messages about this request. "
            "To be back, reply to any message about it."
        ),
        "chat.partner.nothing-to-leave": _(
            "There is no request here that you could leave. "
            "Reply with /leave to a message about the one you mean."
        ),
        "chat.partner.new": _("Write your new request in the next message."),
        "chat.partner.nothing-said": _(
            "Only text and files can be passed on to a specialist: "
            "this message was not."
        ),
        "chat.partner.staff-here": _(
            "You are registered as a specialist: answer in the topics of your group. "
            "Here partners write."
        ),
        "chat.partner.stranger": _(
            "We do not know you yet. Please write to %(address)s: the reply has a link "
            "after which you can write here."
        ),
        "chat.partner.file-too-big": _(
            "The file “%(file_name)s” is larger than the 20 MB that Telegram lets a "
            "bot fetch, so the specialist does not get it. "
            "Please send it by mail or in parts."
        ),
        "chat.partner.file-refused": _(
            "The file “%(file_name)s” was not accepted: our check found that it is "
            "dangerous. The specialist does not get it."
        ),
        "chat.partner.unsent": _(
            "Too large to be passed on: %(names)s. Reply if you need it, "
            "and we will find another way."
        ),
        "chat.partner.linked": _(
            "Done: this is your chat with the support desk now. Write your request "
            "here or by mail, as you like; the answer comes the same way."
        ),
        "chat.partner.linked-already": _(
            "This Telegram account is connected already. Just write."
        ),
        "chat.partner.link-unknown": _(
            "This link is not one of ours. You can simply write your request here."
        ),
        "chat.partner.link-used": _(
            "This link has been used already. If it was not you, write to %(address)s."
        ),
        "chat.partner.link-expired": _(
            "This link is too old. Write to %(address)s, and the reply has a new one."
        ),
        "chat.partner.link-foreign": _(
            "This Telegram account belongs to another mail address already. "
            "If that is wrong, write to %(address)s."
        ),
    }
)
