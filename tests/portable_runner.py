"""Runs portable test files on the interpreter that runs this, and prints one line a test.

It knows no test framework; it is started as `-m tests.portable_runner tests/firmware/…/test_x.py …`.
"""

import gc
import sys

import firmware.floors

if sys.implementation.name == "micropython":
    print_exception = sys.print_exception
else:
    import traceback

    def print_exception(error):
        """Print the traceback where MicroPython prints it too."""
        traceback.print_exception(error, file=sys.stdout)


def run_file(path):
    """Run one file's tests, print a line for each, and return how many failed."""
    print("FILE", path)
    name = path[:-3].replace("/", ".")
    try:
        __import__(name)
        module = sys.modules[name]
        failed = run_tests(module)
    except Exception as error:
        print("FAIL import of", path)
        print_exception(error)
        failed = 1
    sys.modules.pop(name, None)
    gc.collect()
    print("END", path, failed)
    return failed


def run_tests(module):
    """Run the tests of a module in the order of their names, and return how many failed."""
    left_out = getattr(module, "CPYTHON_ONLY", ()) if sys.implementation.name == "micropython" else ()
    names = sorted([name for name in dir(module) if name.startswith("test_")])
    failed = 0
    for name in left_out:
        if name not in names:
            print("FAIL", name)
            print("CPYTHON_ONLY names it, but there is no such test")
            failed += 1
    for name in names:
        if name in left_out:
            print("LEFT OUT", name)
        elif not run_test(name, getattr(module, name)):
            failed += 1
    if not names:
        print("FAIL no test in the file")
        failed += 1
    return failed


def run_test(name, test):
    """Run one test, print how it went, and return whether it passed."""
    try:
        result = test()
        if result is not None:  # a generator or a coroutine: its body did not run at all
            raise AssertionError("the test returned %r instead of asserting" % (result,))
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit: a test that ends the process has not passed
        print("FAIL", name)
        print_exception(error)
        return False
    finally:
        forget_tasks()
    print("OK", name)
    return True


def forget_tasks():
    """Drop the tasks that a test left in the event loop: on MicroPython they outlive asyncio.run."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is not None and sys.implementation.name == "micropython":
        asyncio.new_event_loop()


def main(paths):
    """Run the files and return the exit code: 1 when any test failed."""
    failed = 0
    for path in paths:
        failed += run_file(path)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
