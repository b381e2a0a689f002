"""One module for each layer that a container puts around a dump."""
