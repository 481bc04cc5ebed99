"""Mail to people of people.yml, as one of Airflow's notifiers: a letter in plain words, with what goes with it.

Airflow's own SMTP notifier tries again by itself also where a server took the letter and its answer was lost, and sends
it twice then; here it is known how far a letter came.
"""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from collections.abc import Sequence
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from airflow.sdk.bases.hook import BaseHook
from airflow.sdk.bases.notifier import BaseNotifier

from evenhand.records.written import in_one_line, printable

# A server that says nothing for so long is given up; the extra `timeout` of its connection says otherwise.
_SECONDS = 30.0


class MaybeSent(Exception):
    """The server had all of a letter when its answer was lost: it isn't sent again by itself."""


class Mail(BaseNotifier):
    """Sends what somebody is told as a letter, through an Airflow connection of type `smtp`."""

    template_fields: Sequence[str] = ("to", "from_email", "smtp_conn_id")

    def __init__(self, from_email: str, smtp_conn_id: str = "smtp_default", to: str = "{{ address }}") -> None:
        """Of a sender.

        Args:
            from_email: whom the letters are from.
            smtp_conn_id: the connection, as the SMTP provider has it: extras `disable_ssl`, `disable_tls`, `timeout`,
                and `ssl_context: none` for a server whose certificate isn't looked at.
            to: whom they are to.
        """
        super().__init__()
        self.from_email, self.smtp_conn_id, self.to = from_email, smtp_conn_id, to

    def notify(self, context: Any) -> None:
        """Send one letter to one person.

        Raises:
            OSError: it wasn't sent, for the server can't be reached, says nothing or refuses it.
            MaybeSent: it isn't known whether it was.
        """
        letter = self._letter(context)
        # Lines that begin with a dot have two on the way; one alone is the end.
        content = re.sub(rb"(?m)^\.", b"..", letter.as_bytes(policy=SMTP))
        server = self._server()
        try:
            _refuse_unless(server.mail(self.from_email), (250,))
            _refuse_unless(server.rcpt(self.to), (250, 251))
            _refuse_unless(server.docmd("DATA"), (354,))
            server.send(content + b".\r\n")
            try:
                answer = server.getreply()
            except OSError as error:
                raise MaybeSent(f"the mail server didn't answer when it had all of it ({error})") from error
            _refuse_unless(answer, (250,))
            # What it says to a farewell makes no difference.
            with suppress(OSError):
                server.quit()
        finally:
            server.close()

    def _letter(self, context: Any) -> EmailMessage:
        letter = EmailMessage()
        # A title is of one line, whatever somebody wrote.
        letter["Subject"] = in_one_line(str(context["subject"]))
        letter["From"], letter["To"] = self.from_email, self.to
        letter["Date"] = formatdate()
        letter.set_content(printable(str(context["body"])))
        for path in map(Path, context["files"]):
            kind, _, part = (guess_type(path.name)[0] or "application/octet-stream").partition("/")
            letter.add_attachment(path.read_bytes(), maintype=kind, subtype=part, filename=path.name)
        # The same letter to the same person has one name, by which mail systems know what they have.
        named = hashlib.sha256(f"{self.to}\n{letter['Subject']}\n{context['body']}".encode()).hexdigest()
        letter["Message-ID"] = f"<{named[:40]}@{self.from_email.rpartition('@')[2] or 'evenhand'}>"
        return letter

    def _server(self) -> smtplib.SMTP:
        connection: Any = BaseHook.get_connection(self.smtp_conn_id)
        said = connection.extra_dejson
        timeout = float(said.get("timeout", _SECONDS))
        is_plain = _is(said.get("disable_ssl"))
        # Without one, Python talks to whoever answers, whatever their certificate.
        context = ssl.create_default_context()
        if said.get("ssl_context") == "none":
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        host, port = connection.host or "localhost", connection.port or (25 if is_plain else 465)
        server = (
            smtplib.SMTP(host, port, timeout=timeout)
            if is_plain
            else smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
        )
        try:
            server.ehlo_or_helo_if_needed()
            if is_plain and not _is(said.get("disable_tls")):
                server.starttls(context=context)
                server.ehlo()
            if connection.login and connection.password:
                server.login(connection.login, connection.password)
        except BaseException:
            server.close()
            raise
        return server


def _refuse_unless(answer: tuple[int, bytes], wanted: Sequence[int]) -> None:
    code, said = answer
    if code not in wanted:
        raise smtplib.SMTPResponseException(code, said.decode(errors="replace"))


def _is(said: object) -> bool:
    return str(said).lower() in ("true", "1", "yes")
