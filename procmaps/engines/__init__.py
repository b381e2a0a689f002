"""From text to columns: Lark, regular expressions, C."""
