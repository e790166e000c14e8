"""Expectations that this reader does not follow, each with the reason.

All were written down by another parser and kept by a person. They count as wrong in
the first figure, and are left out of the second one.
"""

from __future__ import annotations

_CHARSET = "drops letters, or reads UTF-8 by a charset that was declared by mistake"
_HEADERS = "ends the headers at a damaged line, so the mail has no subject or author"
_IMAP = "imap_tools/"

DISPUTED = {
    f"{_IMAP}attachment_2_base64": "shows the base64 of attached mails as the text",
    f"{_IMAP}attachment_emails/attachment_message_rfc822": (
        "counts the files inside an attached mail, which another project's test does "
        "not (webklex/embedded_email_without_content_disposition)"
    ),
    f"{_IMAP}error_emails/content_transfer_encoding_7-bit": _CHARSET,
    f"{_IMAP}error_emails/content_transfer_encoding_empty": _CHARSET,
    f"{_IMAP}error_emails/invalid_subject_characters": _CHARSET,
    f"{_IMAP}error_emails/missing_content_disposition": "loses a file",
    f"{_IMAP}multipart_report_emails/multipart_report_multiple_status": (
        "takes the alternatives of a returned mail for files"
    ),
    f"{_IMAP}plain_emails/mix_caps_content_type": "loses the author's name",
    f"{_IMAP}plain_emails/raw_email6": _CHARSET,
    f"{_IMAP}plain_emails/raw_email_incorrect_header": _HEADERS,
    f"{_IMAP}plain_emails/raw_email_with_at_display_name": (
        "takes a name with @ for one more recipient"
    ),
    f"{_IMAP}rfc2822/example13": _HEADERS,
    f"{_IMAP}rfc2822/example14": (
        "drops the blank between a word and an encoded one (RFC 2047, 6.2)"
    ),
}
