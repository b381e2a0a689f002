"""Coverage-guided fuzzing: libFuzzer on the C core, Atheris on the Python entry points."""
