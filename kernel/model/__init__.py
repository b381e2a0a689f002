"""A model of how the kernel splits, merges and names the mappings of a process.

``Space`` is one address space: its methods are the system calls, they raise ``Refused`` with the
errno, and ``showing.maps`` gives the text that ``/proc/PID/maps`` would. What a release or an
option changes is data (``features``). ``differential`` holds the model to real kernels; what is
modelled, approximated and left out is in docs/model.md.

``python -m kernel.model --help`` lists the commands.
"""
