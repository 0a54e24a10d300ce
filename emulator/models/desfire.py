"""A MIFARE DESFire EV2 with real cryptography: an application with AES keys and files, as an issuer fills it.

It does not know readers and contracts. AES is an argument, as for the terminal; what a clone is like is said
when it is made: it has a card's UID and not its key.
"""

import binascii

from emulator.models.cards import DESFIRE_ATS, Card, iso_dep_atr
from firmware.cards import cmac, desfire
from firmware.errors import CardError

# EV2 answers as an EV1 but for its historical byte; readers tell them apart by GetVersion.
ATS = DESFIRE_ATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

CREATE_APPLICATION = 0xCA
DELETE_APPLICATION = 0xDA
CREATE_FILE = 0xCD
WRITE_DATA = 0x3D
CHANGE_KEY = 0xC4

OK, MORE = desfire.OK, desfire.MORE
ILLEGAL_COMMAND = 0x1C
INTEGRITY_ERROR = 0x1E
NO_SUCH_KEY = desfire.NO_SUCH_KEY
LENGTH_ERROR = 0x7E
PERMISSION_DENIED = 0x9D
PARAMETER_ERROR = 0x9E
NOT_FOUND = desfire.NOT_FOUND
DENIED = desfire.DENIED
BOUNDARY_ERROR = 0xBE
COMMAND_ABORTED = 0xCA
DUPLICATE = 0xDE
FILE_NOT_FOUND = 0xF0

FRAME_BYTES = 59
ANYBODY, NOBODY = 0xE, 0xF


class File:
    """A standard data file: communication mode, who reads and writes (numbers of keys), content."""

    __slots__ = ("content", "mode", "reader", "writer")

    def __init__(self, mode: int, reader: int, writer: int, content: bytes):
        self.mode, self.reader, self.writer, self.content = mode, reader, writer, content


class Application:
    """Keys and files under one AID."""

    __slots__ = ("files", "keys")

    def __init__(self, keys: list, files: "dict | None" = None):
        self.keys = keys
        self.files = files or {}


class Refused(Exception):
    """A command that the card answers with a status."""


class SecureDesfireCard(Card):
    """A card with applications by AID (3 bytes); `is_private` shows a random UID at each presentation."""

    # What a scenario says of it, where one does.
    told: "dict | None" = None
    # What a presentation begins anew.
    _selected: "bytes | None"
    _channel: "Any"
    _pending: "tuple[bool, int, bytes] | None"
    _key_number: "int | None"

    def __init__(self, uid: bytes, aes, prng, applications: "dict | None" = None, is_private: bool = False):
        super().__init__(uid, "0344", 0x20, ATS, iso_dep_atr(ATS))
        self._aes = aes
        self._prng = prng
        self._real_uid = uid
        self._is_private = is_private
        self.applications = applications or {}
        self.present()

    def present(self) -> bytes:
        """Begin a presentation: nothing is selected, nobody authenticated."""
        if self._is_private:
            self.uid = b"\x08" + self._prng.random_bytes(3)
        self._selected = None
        self._channel = None
        self._key_number = None
        self._pending = None
        self._answer = b""
        return self.uid

    def transmit(self, command: bytes) -> bytes:
        """Return the response to a wrapped native command; to others, what every card of ours says."""
        if len(command) < 5 or command[0] != desfire.CLA:
            return super().transmit(command)
        size = command[4] if len(command) > 5 else 0
        if len(command) not in (5, 6 + size) or command[2:4] != b"\0\0":
            return bytes((0x91, LENGTH_ERROR))
        content = command[5 : 5 + size]
        try:
            body, status = self._native(command[1], content)
        except Refused as refused:
            # Whatever went wrong ends the authentication (the card's data sheet, 8.5).
            self._channel = self._key_number = self._pending = None
            return bytes((0x91, refused.args[0]))
        return body + bytes((0x91, status))

    def _native(self, code: int, content: bytes):
        if code == desfire.ADDITIONAL_FRAME:
            return self._go_on(content)
        self._pending, self._answer = None, b""
        if code == desfire.SELECT_APPLICATION:
            return self._select(content)
        if code in (desfire.AUTHENTICATE_FIRST, desfire.AUTHENTICATE_NON_FIRST):
            return self._challenge(code, content)
        if code == CREATE_APPLICATION:
            return self._create_application(content)
        for known, perform in (
            (desfire.READ_DATA, self._read),
            (desfire.GET_CARD_UID, self._card_uid),
            (CREATE_FILE, self._create_file),
            (DELETE_APPLICATION, self._delete_application),
            (WRITE_DATA, self._write),
            (CHANGE_KEY, self._change_key),
        ):
            if code == known:
                return self._in_frames(perform(code, content))
        raise Refused(ILLEGAL_COMMAND)

    def _application(self) -> Application:
        if self._selected is None:
            raise Refused(NOT_FOUND)
        return self.applications[self._selected]

    def _select(self, content: bytes):
        aid = bytes((content[2], content[1], content[0])) if len(content) == 3 else b""
        self._channel = self._key_number = self._selected = None
        if aid != bytes(3):
            if aid not in self.applications:
                raise Refused(NOT_FOUND)
            self._selected = aid
        return b"", OK

    def _challenge(self, code: int, content: bytes):
        is_first = code == desfire.AUTHENTICATE_FIRST
        if (len(content) < 2 or content[1] != len(content) - 2) if is_first else len(content) != 1:
            raise Refused(LENGTH_ERROR)
        if not is_first and self._channel is None:
            raise Refused(PERMISSION_DENIED)
        keys = self._application().keys
        if content[0] >= len(keys):
            raise Refused(NO_SUCH_KEY)
        number = self._prng.random_bytes(16)
        self._pending = (is_first, content[0], number)
        return self._aes.encrypt_cbc(keys[content[0]], cmac.ZEROS, number), MORE

    def _go_on(self, content: bytes):
        if self._answer:
            return self._next_frame()
        if self._pending is None:
            raise Refused(COMMAND_ABORTED)
        (is_first, key_number, number), self._pending = self._pending, None
        key = self._application().keys[key_number]
        if len(content) != 32:
            raise Refused(LENGTH_ERROR)
        told = self._aes.decrypt_cbc(key, cmac.ZEROS, content)
        if told[16:] != number[1:] + number[:1]:
            raise Refused(DENIED)
        other = told[:16]
        identifier = self._prng.random_bytes(4) if is_first else self._channel.identifier
        counter = 0 if is_first else self._channel.counter
        self._channel = desfire.opened(self._aes, key, other, number, identifier, counter)
        self._key_number = key_number
        proof = other[1:] + other[:1]
        if is_first:
            proof = identifier + proof + bytes(12)
        return self._aes.encrypt_cbc(key, cmac.ZEROS, proof), OK

    def _in_frames(self, answer: bytes):
        self._answer = answer
        return self._next_frame()

    def _next_frame(self):
        frame, self._answer = self._answer[:FRAME_BYTES], self._answer[FRAME_BYTES:]
        return frame, MORE if self._answer else OK

    def _opened(self, code: int, content: bytes, header_bytes: int, mode: int):
        """Return header and content of a command in the channel, its code verified."""
        if self._channel is None:
            raise Refused(DENIED)
        told, code_given = content[:-8], content[-8:]
        if len(content) < 8 + header_bytes or code_given != self._channel.code(code, told):
            raise Refused(INTEGRITY_ERROR)
        header, sealed = told[:header_bytes], told[header_bytes:]
        if mode == desfire.FULL and sealed:
            try:
                sealed = self._channel.decrypted(desfire.COMMAND_VECTOR, sealed)
            except CardError:
                raise Refused(INTEGRITY_ERROR)
        return header, sealed

    def _sealed(self, answer: bytes, mode: int) -> bytes:
        """Return the answer as the channel carries it, the command counted."""
        self._channel.counter += 1
        if mode == desfire.FULL and answer:
            answer = self._channel.encrypted(desfire.RESPONSE_VECTOR, answer)
        return answer + self._channel.code(OK, answer)

    def _file(self, number: int) -> File:
        files = self._application().files
        if number not in files:
            raise Refused(FILE_NOT_FOUND)
        return files[number]

    def _read(self, code: int, content: bytes) -> bytes:
        if len(content) < 7:
            raise Refused(LENGTH_ERROR)
        file = self._file(content[0])
        begin = int.from_bytes(content[1:4], "little")
        end = begin + int.from_bytes(content[4:7], "little")
        if self._key_number != file.reader:
            raise Refused(DENIED)
        if end > len(file.content):
            raise Refused(BOUNDARY_ERROR)
        self._opened(code, content, 7, file.mode)
        return self._sealed(file.content[begin : end if end > begin else len(file.content)], file.mode)

    def _write(self, code: int, content: bytes) -> bytes:
        if len(content) < 7:
            raise Refused(LENGTH_ERROR)
        file = self._file(content[0])
        begin = int.from_bytes(content[1:4], "little")
        if self._key_number != file.writer:
            raise Refused(DENIED)
        _header, written = self._opened(code, content, 7, file.mode)
        end = begin + int.from_bytes(content[4:7], "little")
        if end > len(file.content) or len(written) != end - begin:
            raise Refused(BOUNDARY_ERROR)
        file.content = file.content[:begin] + written + file.content[end:]
        return self._sealed(b"", file.mode)

    def _card_uid(self, code: int, content: bytes) -> bytes:
        self._opened(code, content, 0, desfire.FULL)
        return self._sealed(self._real_uid, desfire.FULL)

    def _create_application(self, content: bytes):
        # A card as it leaves the factory lets anybody create applications.
        if len(content) != 5 or content[4] & 0xF0 != 0x80:
            raise Refused(PARAMETER_ERROR)
        aid = bytes((content[2], content[1], content[0]))
        if aid in self.applications:
            raise Refused(DUPLICATE)
        self.applications[aid] = Application([bytes(16)] * (content[4] & 0x0F))
        return b"", OK

    def _delete_application(self, code: int, content: bytes) -> bytes:
        if self._key_number != 0 or self._selected is None:
            raise Refused(DENIED)
        header, _rest = self._opened(code, content, 3, desfire.MAC)
        if header != bytes((self._selected[2], self._selected[1], self._selected[0])):
            raise Refused(PERMISSION_DENIED)
        del self.applications[self._selected]
        self._selected = self._channel = self._key_number = None
        return b""

    def _create_file(self, code: int, content: bytes) -> bytes:
        if self._key_number != 0:
            raise Refused(DENIED)
        header, _rest = self._opened(code, content, 7, desfire.MAC)
        application = self._application()
        if header[0] in application.files:
            raise Refused(DUPLICATE)
        # Access rights: read, write, both, change; four bits each, the lower byte first (data sheet, 8.2.3).
        rights = header[3] << 8 | header[2]
        size = int.from_bytes(header[4:7], "little")
        application.files[header[0]] = File(header[1], rights >> 12, rights >> 8 & 0xF, bytes(size))
        return self._sealed(b"", desfire.MAC)

    def _change_key(self, code: int, content: bytes) -> bytes:
        if self._key_number != 0:
            raise Refused(DENIED)
        header, told = self._opened(code, content, 1, desfire.FULL)
        keys = self._application().keys
        number = header[0]
        if number >= len(keys):
            raise Refused(NO_SUCH_KEY)
        if number == self._key_number:
            if len(told) != 17:
                raise Refused(LENGTH_ERROR)
            keys[number] = told[:16]
            self._channel = self._key_number = None
            return b""
        mixed = int.from_bytes(told[:16], "big") ^ int.from_bytes(keys[number], "big")
        fresh = mixed.to_bytes(16, "big")
        if told[17:] != key_check(fresh):
            raise Refused(INTEGRITY_ERROR)
        keys[number] = fresh
        return self._sealed(b"", desfire.FULL)


def key_check(key: bytes) -> bytes:
    """Return the CRC-32 of a new key as ChangeKey carries it: not inverted, the lowest byte first."""
    return (binascii.crc32(key) ^ 0xFFFFFFFF).to_bytes(4, "little")
