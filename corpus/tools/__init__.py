"""The programs of the corpus: `builder` makes the cases, `matrix` runs existing parsers on them."""
