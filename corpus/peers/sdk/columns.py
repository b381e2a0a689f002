"""Serve a helper that prints a line for each mapping, with a tab between the members.

The name is the last member, so a tab in it is part of it.
"""

import os

from programs import output
from protocol import Refused, column, live, serve

HELPER = os.environ["PROCMAPS_HELPER"]


def member(key, text):
    """Return one member for JSON."""
    if key in ("name", "path"):
        return column(text)
    return text.decode("latin-1")


def converter(keys):
    """Return the function that makes records of the lines."""

    def convert(printed):
        for line in printed.split(b"\n")[:-1]:
            members = line.split(b"\t", len(keys) - 1)
            yield {key: member(key, text) for key, text in zip(keys, members)}

    return convert


def serve_file(keys, *command):
    """Run the helper with the path of each dump."""
    command = command or (HELPER,)

    def call(path):
        try:
            return output(*command, path)
        except Refused as refusal:
            # An interpreter prints the file and the line of the helper before what is wrong.
            raise Refused(refusal.args[0].rstrip().rpartition(b"\n")[2]) from None

    serve(lambda request: request["path"], call, converter(keys))


def serve_process(keys):
    """Run the helper with the PID of the decoy."""
    serve(live, lambda pid: output(HELPER, str(pid)), converter(keys))
