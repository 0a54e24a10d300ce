"""What is proved: the receipt and its OCMF record. It refuses to know how a signature is made."""
