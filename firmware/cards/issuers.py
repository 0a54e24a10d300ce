"""The authorities that issue cards with certificates, as the operator's file gives them (PEM; RFC 7468, 5).

It does not know cards, and no secret: everybody may read such a file.
"""

import binascii

from ..crypto import x509
from ..errors import CardError

BEGIN = "-----BEGIN CERTIFICATE-----"
END = "-----END CERTIFICATE-----"
MOST = 16


def parse(content: bytes) -> "list[x509.Certificate]":
    """Return the authorities in a file, at least one; CardError says which certificate is none, and why."""
    try:
        text = content.decode()
    except UnicodeError:
        text = ""
    authorities: "list[x509.Certificate]" = []
    for number, part in enumerate(text.split(BEGIN)[1:], 1):
        body, end, rest = part.partition(END)
        if not end or END in rest:
            raise CardError("certificate %d of the issuers does not end with %s" % (number, END))
        if number > MOST:
            raise CardError("there are more than %d issuers" % MOST)
        try:
            authorities.append(x509.parse(binascii.a2b_base64(body)))
            # Dates are judged when a card is held up: an authority may run out while the terminal runs.
            x509.check_authority(authorities[-1], None)
        except ValueError:
            raise CardError("certificate %d of the issuers is no base64" % number)
        except x509.CertificateError as error:
            raise CardError("certificate %d of the issuers: %s" % (number, error))
    if not authorities:
        raise CardError("the file of the issuers has no certificate in PEM (%s)" % BEGIN)
    return authorities
