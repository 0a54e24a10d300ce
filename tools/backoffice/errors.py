"""The one error of the back office that people read: something that could not be done, and the mend.

It does not know who prints it.
"""


class OfficeError(Exception):
    """A reason for which the back office refuses, in a sentence that names the mend."""
