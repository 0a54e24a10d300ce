"""Names the standard set of seeds: those that every test run plays, and by which every mutant is caught.

It does not know their stories.
"""

# After the first dozen those that catch what they do not: what a cut left taken for a record, an end that
# storage refused, a session that goes on too late, one that begins on full storage, and, 190, a sector's
# neighbour that is harmed: that takes a torn append which begins in the sector of the record before;
# 108 orders that a start forgets.
STANDARD_SET = (*range(1, 13), 27, 45, 50, 108, 190, 267)
