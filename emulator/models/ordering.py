"""The operator before the office of the simulation: signs orders for a terminal and says that there are some.

It does not know what orders do. Forgers stand here, too: what a story has forged is answered in an order's
place, once.
"""

from emulator.models.office import response
from emulator.models.prng import Prng
from firmware.crypto import canonical, jose, jsontext, p256
from firmware.ledger import chain, segment
from firmware.pricing import calendar
from firmware.uplink import orders

# How often an idle terminal of a story asks.
POLL_S = 10
# Signed by another key; an answer of before; for another terminal; not above the serial that was decided;
# one that has more to say than an order can.
FORGERIES = ("signature", "nonce", "terminal", "serial", "form")
TAKEN = b"HTTP/1.1 200"
# In the place of a receipt's number: the newest that the office has.
NEWEST = "newest"


class Operator:
    """Stands where the office's answers are asked for, and signs the true time."""

    def __init__(self, terminal: str, seed: int, charger, poll_s: int = POLL_S):
        self._terminal = terminal
        self._private = p256.generate(Prng(seed, "operator").random_bytes)
        self._forger = p256.generate(Prng(seed, "forger").random_bytes)
        self._charger = charger
        self._poll_s = poll_s
        # Query and head of the question on its way, None while it is a request for the office.
        self._question: "tuple[str, bytes] | None" = None
        # What each order changes, the first has the serial number 1, and what is forged next.
        self._orders: "list[dict]" = []
        self._forgeries: "list[tuple[str, dict]]" = []
        self._nonce = "AAAAAAAAAAAAAAAAAAAAAA"
        # The hash of every order that was signed, by its serial number: what a terminal may apply.
        self.signed: "dict[int, list[str]]" = {}

    def key(self) -> dict:
        """Return the public key as a JWK."""
        return jose.jwk(p256.public_key(self._private))

    def order(self, told: dict) -> None:
        """Take an order of a story, or one that is forged; none of the newest receipt where there is none.

        Raises LookupError where it corrects a receipt that the office does not have.
        """
        changes = changes_of(told)
        if "commands" in changes:
            newest = self._ended(None)
            told_by_name = [self._named(each, newest) for each in changes["commands"]]
            if None in told_by_name:
                return
            changes["commands"] = [self._placed(each) for each in told_by_name]
        if "forged" in told:
            self._forgeries.append((told["forged"], changes))
        else:
            self._orders.append(changes)

    def is_ordered(self, receipt: str, number: int) -> bool:
        """Return whether the operator ordered this correction of a receipt."""
        given = [each for order in self._orders for each in order.get("commands", ())]
        return (receipt, number) in [(each["receipt"], each["number"]) for each in given]

    def _named(self, command, newest):
        """Return a command with its receipt's number, None where it means the newest of none."""
        if command.get("receipt") != NEWEST:
            return command
        return dict(command, receipt=newest["receipt"]) if newest else None

    def _placed(self, command):
        """Return a command that says where its receipt stands and which correction this is, as offices do.

        Also a second cancellation gets a number, for the terminal has to refuse it.
        """
        if "seq" in command or "receipt" not in command:
            return command
        given = [each for order in self._orders for each in order.get("commands", ())]
        number = 1 + len([each for each in given if each.get("receipt") == command["receipt"]])
        return dict(command, seq=self._seq_of(command["receipt"]), number=number)

    def _seq_of(self, receipt):
        found = self._ended(receipt)
        if found is None:
            raise LookupError("the office has no receipt %s that an order could cancel or correct" % receipt)
        return found["seq"]

    def _ended(self, receipt):
        """Return the end of a session that the office has, by its receipt or (None) the newest, or None."""
        disk = self._charger.disk.platter()
        newest = None
        for name in segment.each(disk):
            for _at, compact, _what, _next in segment.stream(disk, name):
                told = canonical.decode(jose.split(compact, chain.RECORD_TYPE)[0]) if compact else {}
                is_it = told.get("kind") == "session.ended" and receipt in (None, told["receipt"])
                if is_it and told["seq"] < self._charger.office.next_seq():
                    newest = told
        return newest

    def newest(self) -> int:
        """Return the serial number of the newest order."""
        return len(self._orders)

    def begin(self, head: bytes) -> None:
        """Take the head of a request; what is no question for orders is the office's."""
        method, target = head[: head.find(b"\r\n")].decode().split(" ")[:2]
        is_question = method == "GET" and target.startswith("/api/terminals/%s/orders?" % self._terminal)
        self._question = (target[target.find("?") + 1 :], head) if is_question else None
        if not is_question:
            self._charger.office.begin(head)

    def piece(self, content: bytes) -> None:
        """Take a piece of the line that is on its way."""
        if not self._question:
            self._charger.office.piece(content)

    def line(self) -> None:
        """Take the line as ended."""
        if not self._question:
            self._charger.office.line()

    def end(self) -> bytes:
        """Return the response: an order, or the office's with word of the newest."""
        if self._question:
            order = self._next(*self._question)
            return response("200 OK", {"order": order, "orders": self._announced()})
        return self._announcing(self._charger.office.end())

    def answer(self, head: bytes, body: bytes) -> bytes:
        """Return the response to one whole request."""
        self.begin(head)
        if not self._question:
            return self._announcing(self._charger.office.answer(head, body))
        return self.end()

    def _announcing(self, made: bytes) -> bytes:
        """Return the office's response, with word of the newest order where it took something."""
        if not made.startswith(TAKEN):
            return made
        told = canonical.decode(made[made.find(b"\r\n\r\n") + 4 :])
        told["orders"] = self._announced()
        told["poll_s"] = self._poll_s
        return response("200 OK", told)

    def _announced(self) -> int:
        """Return which order the newest is, as far as a terminal can know."""
        return self.newest() + len(self._forgeries)

    def _next(self, query: str, head: bytes) -> "str | None":
        """Return the order that comes after a serial number, None where there is none or a stranger asks."""
        asked = dict([part.split("=") for part in query.split("&")])
        serial, nonce = int(asked["serial"]), asked["nonce"]
        if not self._is_terminal(serial, nonce, head):
            return None
        if self._forgeries:
            return self._forged(*self._forgeries.pop(0), serial, nonce)
        self._nonce = nonce
        if serial >= self.newest():
            return None
        compact = self._sealed(self._private, self._statement(serial + 1, nonce, self._orders[serial]))
        self.signed.setdefault(serial + 1, []).append(orders_hash(compact))
        return compact

    def _is_terminal(self, serial, nonce, head):
        """Return whether the terminal itself signed the question."""
        # The key that the office knows; a question under a later one is refused until its records are here.
        public = self._charger.office.public_key() or self._charger.signer.public_key()
        signed = orders.question((self._terminal, serial, nonce), public)
        begin = head.find(b"JWS " + signed + b".") + 4
        if begin < 4:
            return False
        compact = head[begin : head.find(b"\r\n", begin)]
        return self._charger.office.verify(signed, jose.split(compact, orders.QUESTION_TYPE)[2])

    def _forged(self, forgery, changes, serial, nonce):
        statement = self._statement(serial + 1, nonce, changes)
        if forgery == "nonce":
            statement["nonce"] = self._nonce
        elif forgery == "terminal":
            statement["terminal"] = self._terminal + "X"
        elif forgery == "serial":
            statement["serial"] = serial
        elif forgery == "form":
            statement["more"] = True
        return self._sealed(self._forger if forgery == "signature" else self._private, statement)

    def _statement(self, serial, nonce, changes):
        return {
            "changes": changes,
            "nonce": nonce,
            "serial": serial,
            "terminal": self._terminal,
            "time": calendar.format_utc(self._charger.wall.true_utc_s()),
        }

    def _sealed(self, private, statement):
        """Return a compact JWS; the forger signs under the operator's name."""
        kid = jose.thumbprint(p256.public_key(self._private))
        header = {"alg": "ES256", "kid": kid, "typ": orders.ORDER_TYPE}
        signed = jose.signing_input(header, canonical.encode(statement))
        return jose.compact(signed, p256.sign(private, orders.digest(signed)))


def changes_of(told: dict) -> dict:
    """Return the changes of a story's order, as the operator signs them."""
    changes = {name: told[name] for name in told if name not in ("time", "tariffs", "forged")}
    if "tariffs" in told:
        changes["tariffs"] = [jsontext.parse(text) for text in told["tariffs"]]
    if told.get("time"):
        changes["set_clock"] = True
    return changes


def orders_hash(compact: str) -> str:
    """Return the hash by which a record names an order."""
    return orders.digest(compact.encode()).hex()
