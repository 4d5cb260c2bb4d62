"""What a function's process runs: only the zip, the standard library and what AWS's runtime brings can be imported.

Started as `python -I -S bootstrap.py PACKAGES HANDLER` in the unpacked zip. `-S` keeps the virtual environment and its
editable installs out, `-I` the folder of this file and whatever PYTHONPATH says.
"""

import os
import sys

packages, handler = sys.argv[1:]
sys.path.insert(0, os.getcwd())  # noqa: PTH109 - a function pays for each import of its start
sys.path.append(packages)

from awslambdaric.__main__ import main  # noqa: E402 - it can be found only now

main(["awslambdaric", handler])
