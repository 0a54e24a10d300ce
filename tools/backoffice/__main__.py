"""Django's own commands for whoever develops the office: `python -m tools.backoffice makemigrations`.

It does not serve; that is `kilotap office serve`.
"""

import sys
import tempfile
from pathlib import Path

from django.core.management import execute_from_command_line

from tools.backoffice.place import Place
from tools.backoffice.start import configure

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        configure(Place(Path(directory)))
        execute_from_command_line(sys.argv)
