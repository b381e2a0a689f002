"""A model of how the kernel splits, merges and names the mappings of a process.

``Space`` is one address space. Its methods are system calls that raise ``CallFailed`` with an
errno. ``showing`` renders it as ``/proc/PID/maps``. Differences between releases are data in
``features``. ``differential`` compares the model with real kernels. docs/model.md lists what is
modelled, approximated and left out.

``python -m kernel.model --help`` lists the commands.
"""
