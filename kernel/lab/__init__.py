"""A laboratory of real kernels: build and boot them, run programs in them, capture the output.

``python -m kernel.lab --help`` lists the commands. From Python::

    from kernel.lab import build, kernels, vm
    from kernel.lab.protocol import Program

    image = build.ensure(kernels.named("6.12-x86_64-named"))
    with vm.boot(image) as guest:
        outcomes = guest.run([program, ...])

See docs/lab.md. agent/PROTOCOL.md describes the protocol between host and guest.
"""
