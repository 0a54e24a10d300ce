"""Names the standard set of seeds: those that every test run plays, and by which every mutant is caught.

It does not know their stories.
"""

# After the first dozen those that catch what they do not: answers that claim too much, an end on a full disk.
STANDARD_SET = (*range(1, 13), 15, 45)
