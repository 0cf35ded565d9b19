"""A mail server for tests: STARTTLS or TLS from the first byte, one user, and every message as a line of JSON.

mail_server.py CERTIFICATE KEY PORT starttls|tls USER PASSWORD
"""

import email
import email.policy
import json
import ssl
import sys
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

CERTIFICATE, KEY, PORT, SECURITY, USER, PASSWORD = sys.argv[1:7]


class Inbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody@"):
            return "550 5.1.1 there is no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        told = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": message["Subject"],
            "text": message.get_content(),
            "tls": session.ssl is not None,
            "user": session.auth_data.login.decode() if session.auth_data else None,
        }
        print(json.dumps(told), flush=True)
        return "250 queued"


def authenticate(server, session, envelope, mechanism, data):
    fits = isinstance(data, LoginPassword) and data.login == USER.encode() and data.password == PASSWORD.encode()
    return AuthResult(success=fits, handled=False, auth_data=data)


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(CERTIFICATE, KEY)
starttls = {"tls_context": context, "require_starttls": True} if SECURITY == "starttls" else {"ssl_context": context}
controller = Controller(
    Inbox(),
    hostname="127.0.0.1",
    port=int(PORT),
    authenticator=authenticate,
    auth_required=True,
    auth_require_tls=SECURITY == "starttls",
    **starttls,
)
controller.start()
print("ready", flush=True)
while True:
    time.sleep(3600)
