"""Portable tests of card identities, APDUs and the PN532."""
