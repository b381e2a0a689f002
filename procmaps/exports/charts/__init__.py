"""Memory as pictures: a treemap of one reading, a stack of areas over several."""
