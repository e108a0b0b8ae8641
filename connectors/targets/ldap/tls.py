"""TLS as the standard library does it: the certificate and the name in it are verified, always."""

from __future__ import annotations

import ssl
from typing import Any

from connectors.targets.ldap.library import ldap3


class Verified(ldap3.Tls):
    """``failure``: what went wrong with TLS, which the library folds into a plain connection error."""

    def __init__(self, host: str, ca_file: str) -> None:
        super().__init__(validate=ssl.CERT_REQUIRED)
        self.failure = ""
        self._host = host
        self._ca_file = ca_file or None

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        try:
            context = ssl.create_default_context(cafile=self._ca_file)
            connection.socket = context.wrap_socket(
                connection.socket, server_hostname=self._host, do_handshake_on_connect=do_handshake
            )
        except ssl.SSLCertVerificationError as problem:
            self.failure = f"the certificate is not trusted ({problem.verify_message})"
            raise
        except ssl.SSLError as problem:
            self.failure = f"TLS failed ({problem.reason or 'no reason given'})"
            raise
