"""What terminals send and the office keeps: enrolment, records, receipts, and the pages that show them.

It does not know who may look; that is `people`.
"""
