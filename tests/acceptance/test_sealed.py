"""A mail that only its author can read is a ticket all the same, and says so."""

from __future__ import annotations

from tests.acceptance.houses import House, Site
from tests.acceptance.letters import reply, send, texts
from tests.mail import parcels


def test_an_encrypted_mail_opens_a_ticket_and_the_partner_writes_openly(
    house: House, site: Site
) -> None:
    ivan = site.person("ivan")
    envelope = parcels.cms(b"secret", kind=parcels.ENVELOPED)
    head = f"From: {ivan}\r\nTo: {site.address}\r\nSubject: sealed\r\n".encode()
    kind = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    send(
        house.desk.smtp_port,
        head + parcels.part(kind, envelope),
        sender=ivan,
        recipients=(site.address,),
    )
    topic = house.topic(site)
    assert "S/MIME" in house.says(topic, "🔒")["text"]
    files = [one for one in house.telegram.messages(topic) if one.get("file")]
    assert [house.telegram.file(one) for one in files] == [envelope]

    asked = house.mail(ivan, "encrypted")
    assert topic.number in texts(asked)
    house.send(reply(asked, sender=ivan, text="Не печатает принтер."))
    house.says(topic, "Не печатает принтер.")


def test_an_encrypted_answer_is_told_of_in_the_same_topic(
    house: House, site: Site
) -> None:
    mail, topic = house.open(site)
    ivan = site.person("ivan")
    accepted = house.mail(ivan, topic.number)
    text = "-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----"
    house.send(reply(accepted, sender=ivan, text=text))
    assert "PGP" in house.says(topic, "🔒")["text"]
    asked = house.mail(ivan, "encrypted")
    assert asked["Auto-Submitted"] == "auto-replied"
    assert str(mail["Message-ID"]) in str(asked["References"])
