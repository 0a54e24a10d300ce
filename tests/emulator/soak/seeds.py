"""Names the standard set of seeds: those that every test run plays, and by which every mutant is caught.

It does not know their stories.
"""

# After the first dozen those that catch what they do not: a tail taken for torn, answers that claim too much.
STANDARD_SET = (*range(1, 13), 15, 27, 39, 45, 49)
