"""Status words of cards (ISO/IEC 7816-4, 5.6) and the command that a reader itself answers: their numbers.

It does not know what to do about them; apdu.py does.
"""

SW_OK = 0x9000
SW_WRONG_LENGTH = 0x6700
SW_FUNCTION_NOT_SUPPORTED = 0x6A81
SW_FILE_NOT_FOUND = 0x6A82
SW_INSTRUCTION_NOT_SUPPORTED = 0x6D00
SW_CLASS_NOT_SUPPORTED = 0x6E00
SW_MORE = 0x61  # the first byte: so many bytes wait for GET RESPONSE
SW_OTHER_LENGTH = 0x6C  # the first byte: ask again for so many

# PC/SC part 3, 3.2.2.1.3: Get Data, answered by the reader and not by the card.
GET_UID = b"\xff\xca\x00\x00\x00"
