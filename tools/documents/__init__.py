"""Receipts as people keep them: on the terminal, as a page, as a PDF.

It refuses to know whether a receipt holds: that is asked of tools/proofs and told here.
"""
