"""Our cryptography against the packages cryptography and joserfc."""
