"""A laboratory of real kernels: build them, boot them, drive them, record what they print.

``python -m kernel.lab --help`` lists the commands. From Python::

    from kernel.lab import build, kernels, vm
    from kernel.lab.protocol import Program

    image = build.ensure(kernels.named("6.12-x86_64-named"))
    with vm.boot(image) as guest:
        outcomes = guest.run([program, ...])

docs/lab.md tells the rest; agent/PROTOCOL.md is what passes between host and guest.
"""
