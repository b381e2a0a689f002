"""The sum of Pss by awk."""

from columns import HELPER
from programs import output
from protocol import serve


def call(path):
    """Run the helper with the path of a dump."""
    return output("awk", "-f", HELPER, path)


def convert(printed):
    """Convert the sum."""
    return [{"usage": {"Pss": printed.decode().strip()}}]


serve(lambda request: request["path"], call, convert)
