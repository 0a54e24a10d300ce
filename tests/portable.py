"""The few helpers of tests that run on CPython and on MicroPython alike.

It knows no test framework.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeVar

    Raised = TypeVar("Raised", bound=BaseException)


def raises(
    exception: "type[Raised]", function: "Callable[..., Any]", *args: "Any", **kwargs: "Any"
) -> "Raised":
    """Call the function and return the exception that it raises; anything else it does is a failure."""
    try:
        result = function(*args, **kwargs)
    except exception as raised:
        return raised
    raise AssertionError("expected %s, got the result %r" % (exception.__name__, result))
