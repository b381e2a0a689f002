"""The Lark grammar: loaded, and compiled to regular expressions and byte tables."""
