"""Machines that the agent is compiled for, with or without a kernel of the laboratory."""

from attrs import frozen


@frozen(kw_only=True)
class Machine:
    """One machine for programs.

    ``triplet`` is the cross compiler's prefix. The last two of ``packages`` have the compiler and
    the headers of the kernel. ``loaded_anywhere`` marks a program that depends on no address, for
    a kernel without an MMU.
    """

    name: str
    bits: int
    big_endian: bool
    triplet: str
    packages: tuple[str, ...]
    agent_flags: tuple[str, ...] = ()
    loaded_anywhere: bool = False

    @property
    def compiler(self) -> str:
        """Debian's cross compiler for this machine."""
        return f"{self.triplet}-gcc"


PROGRAMS_ONLY = {
    machine.name: machine
    for machine in (
        Machine(
            name="x32",
            bits=32,
            big_endian=False,
            triplet="x86_64-linux-gnux32",
            packages=("gcc-x86-64-linux-gnux32", "libc6-dev-x32-cross"),
        ),
        Machine(
            name="mipsel",
            bits=32,
            big_endian=False,
            triplet="mipsel-linux-gnu",
            packages=("gcc-mipsel-linux-gnu", "libc6-dev-mipsel-cross"),
            agent_flags=("-mno-abicalls", "-G0"),
        ),
        Machine(
            name="mips64",
            bits=64,
            big_endian=True,
            triplet="mips64-linux-gnuabi64",
            packages=("gcc-mips64-linux-gnuabi64", "libc6-dev-mips64-cross"),
            agent_flags=("-mno-abicalls", "-G0"),
        ),
        Machine(
            name="mips64el",
            bits=64,
            big_endian=False,
            triplet="mips64el-linux-gnuabi64",
            packages=("gcc-mips64el-linux-gnuabi64", "libc6-dev-mips64el-cross"),
            agent_flags=("-mno-abicalls", "-G0"),
        ),
        Machine(
            name="powerpc",
            bits=32,
            big_endian=True,
            triplet="powerpc-linux-gnu",
            packages=("gcc-powerpc-linux-gnu", "libc6-dev-powerpc-cross"),
        ),
        Machine(
            name="ppc64",
            bits=64,
            big_endian=True,
            triplet="powerpc64-linux-gnu",
            packages=("gcc-powerpc64-linux-gnu", "libc6-dev-ppc64-cross"),
            # arch.c has the entry point of the second ABI only, without function descriptors.
            agent_flags=("-mabi=elfv2",),
        ),
        Machine(
            name="m68k",
            bits=32,
            big_endian=True,
            triplet="m68k-linux-gnu",
            packages=("gcc-m68k-linux-gnu", "libc6-dev-m68k-cross"),
        ),
    )
}
"""Machines without a kernel here: QEMU's user mode or another machine's kernel runs them."""
