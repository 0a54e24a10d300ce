"""What a stranger verifies: records, receipts and ledgers of terminals, and the meters' records of anyone.

It prints nothing, and refuses to know whom it serves: every check says by itself whether it holds and why.
"""
