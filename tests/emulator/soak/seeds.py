"""Names the standard set of seeds: those that every test run plays, and by which every mutant is caught.

It does not know their stories.
"""

# After the first dozen those that catch what they do not: answers that claim too much, an end that storage
# refused, a session that goes on too late, a sector's neighbour that is harmed, damage that nobody names,
# what a cut left taken for a record, orders that a start forgets.
STANDARD_SET = (*range(1, 13), 25, 27, 39, 45, 50, 75, 108, 267, 304)
