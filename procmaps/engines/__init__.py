"""Engines: from text to columns, with Lark, regular expressions or C."""
