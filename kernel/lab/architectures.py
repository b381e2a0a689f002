"""The architectures: compiler, configuration and emulator of each."""

from attrs import frozen

from kernel.lab import options
from kernel.lab.kconfig import Option
from kernel.lab.machines import Machine


@frozen(kw_only=True)
class Architecture(Machine):
    """One architecture for which the laboratory builds kernels.

    ``kernel_arch`` is the kernel's ``ARCH=``, and ``image`` the built file. ``emulator`` and
    ``machine`` start it. ``bus`` is the suffix of QEMU's virtio devices (``virtio-serial-<bus>``),
    and ``console`` the kernel's console device. ``append`` is added to the kernel's command line.
    The first of ``packages`` has the emulator.
    """

    kernel_arch: str
    target: str
    image: str
    emulator: str
    machine: tuple[str, ...]
    bus: str
    console: str
    options: tuple[Option, ...]
    append: tuple[str, ...] = ()
    memory_mib: int = 512


_X86 = (
    *options.SERIAL_8250,
    *options.VIRTIO_MMIO,
    Option("VIRTIO_MMIO_CMDLINE_DEVICES", "QEMU's microvm names its devices there"),
    Option("UNWINDER_GUESS", "no ORC tables to build"),
    Option("CPU_MITIGATIONS", "code that no scenario needs", "n", ("6.12",)),
    Option("SPECULATION_MITIGATIONS", "code that no scenario needs", "n", ("6.1",)),
)

# microvm has no keyboard controller for a restart; a triple fault ends the emulator. On a busy
# machine the emulated timer misses the ticks that check_timer(), arch/x86/kernel/apic/io_apic.c,
# counts, and the kernel panics.
_X86_APPEND = ("reboot=t", "no_timer_check")

ARCHITECTURES = {
    arch.name: arch
    for arch in (
        Architecture(
            name="x86_64",
            bits=64,
            big_endian=False,
            kernel_arch="x86_64",
            triplet="x86_64-linux-gnu",
            target="bzImage",
            image="arch/x86/boot/bzImage",
            emulator="qemu-system-x86_64",
            # max: protection keys, five-level page tables
            machine=("-M", "microvm,acpi=off", "-cpu", "max"),
            bus="device",
            console="ttyS0",
            options=(
                *_X86,
                Option("X86_LOCAL_APIC", "the timer, and SMP"),
                *options.CHECKPOINT,
                *options.HUGETLB,
                *options.THP,
                *options.HUGE_FILES,
                *options.NUMA,
                *options.SECRETMEM,
                *options.BLOCK_DEVICES,
                *options.FUSE,
                Option("MTRR", "X86_PAT depends on it"),
                Option("X86_PAT", "the ar flag: device memory whose caching is kept track of"),
                Option("X86_INTEL_MEMORY_PROTECTION_KEYS", "the ProtectionKey field"),
                Option("X86_USER_SHADOW_STACK", "the ss flag", releases=("6.12",)),
                Option(
                    "X86_VSYSCALL_EMULATION", "[vsyscall], the mapping outside of every process"
                ),
                Option("LEGACY_VSYSCALL_XONLY", "[vsyscall] as --xp"),
            ),
            packages=("qemu-system-x86", "gcc", "libc6-dev"),
            append=_X86_APPEND,
            # hugepage_init(), mm/huge_memory.c: with less than 512 MiB of free memory, transparent
            # huge pages are off.
            memory_mib=1024,
        ),
        Architecture(
            name="i386",
            bits=32,
            big_endian=False,
            kernel_arch="i386",
            triplet="i686-linux-gnu",
            target="bzImage",
            image="arch/x86/boot/bzImage",
            emulator="qemu-system-i386",
            machine=("-M", "microvm,acpi=off", "-cpu", "max"),
            bus="device",
            console="ttyS0",
            options=(
                *_X86,
                Option("X86_UP_APIC", "the timer and virtio's interrupts on one processor"),
                Option("X86_UP_IOAPIC", "the timer and virtio's interrupts on one processor"),
                *options.HUGETLB,
                *options.THP,
                Option("HIGHMEM64G", "PAE: what Debian's i386 kernels have"),
            ),
            packages=("qemu-system-x86", "gcc-i686-linux-gnu", "libc6-dev-i386-cross"),
            append=_X86_APPEND,
        ),
        Architecture(
            name="arm64",
            bits=64,
            big_endian=False,
            kernel_arch="arm64",
            triplet="aarch64-linux-gnu",
            target="Image",
            image="arch/arm64/boot/Image",
            emulator="qemu-system-aarch64",
            # max has all page sizes; impdef makes its pointer authentication fast.
            machine=("-M", "virt,mte=on", "-cpu", "max,pauth-impdef=on"),
            bus="device",
            console="ttyAMA0",
            options=(
                *options.SERIAL_PL011,
                *options.VIRTIO_MMIO,
                *options.HUGETLB,
                *options.THP,
                *options.NUMA,
                *options.SECRETMEM,
                Option("ARM64_PAN", "ARM64_MTE depends on it"),
                Option("ARM64_TAGGED_ADDR_ABI", "ARM64_MTE depends on it"),
                Option("ARM64_MTE", "the mt flag"),
                Option("ARM64_BTI", "the bt flag"),
            ),
            packages=("qemu-system-arm", "gcc-aarch64-linux-gnu", "libc6-dev-arm64-cross"),
        ),
        Architecture(
            name="arm",
            bits=32,
            big_endian=False,
            kernel_arch="arm",
            triplet="arm-linux-gnueabihf",
            target="zImage",
            image="arch/arm/boot/zImage",
            emulator="qemu-system-arm",
            machine=("-M", "virt", "-cpu", "cortex-a15"),
            bus="device",
            console="ttyAMA0",
            options=(
                Option("MMU", "the alternative prints other formats"),
                Option("ARCH_MULTIPLATFORM", "a kernel that finds out where its memory is"),
                Option("ARCH_MULTI_V7", "the emulated processor"),
                Option("ARCH_VIRT", "QEMU's virt machine"),
                Option("AEABI", "the cross compiler's calling convention"),
                Option("KUSER_HELPERS", "[vectors] that a program may execute"),
                Option("VDSO", "[vdso] and [vvar]"),
                Option("ARM_THUMB", "Debian's programs are Thumb code"),
                Option("COMPAT_32BIT_TIME", "futex and other calls of Debian's C library"),
                Option("VFP", "floating point of the cross compiler's programs"),
                *options.SERIAL_PL011,
                *options.VIRTIO_MMIO,
            ),
            packages=("qemu-system-arm", "gcc-arm-linux-gnueabihf", "libc6-dev-armhf-cross"),
            agent_flags=("-marm",),
        ),
        Architecture(
            name="riscv64",
            bits=64,
            big_endian=False,
            kernel_arch="riscv",
            triplet="riscv64-linux-gnu",
            target="Image",
            image="arch/riscv/boot/Image",
            emulator="qemu-system-riscv64",
            machine=("-M", "virt", "-cpu", "rv64"),
            bus="device",
            console="ttyS0",
            options=(
                Option("MMU", "the alternative prints other formats"),
                Option("SOC_VIRT", "QEMU's virt machine", releases=("6.1",)),
                Option("ARCH_VIRT", "QEMU's virt machine", releases=("6.12",)),
                Option("FPU", "the cross compiler's programs use it"),
                *options.SERIAL_8250,
                Option("SERIAL_OF_PLATFORM", "the serial port is in the device tree"),
                *options.VIRTIO_MMIO,
                *options.HUGETLB,
                *options.THP,
                *options.SECRETMEM,
            ),
            packages=(
                "qemu-system-misc",
                "gcc-riscv64-linux-gnu",
                "libc6-dev-riscv64-cross",
            ),
        ),
        Architecture(
            name="s390x",
            bits=64,
            big_endian=True,
            kernel_arch="s390",
            triplet="s390x-linux-gnu",
            target="bzImage",
            image="arch/s390/boot/bzImage",
            emulator="qemu-system-s390x",
            machine=("-M", "s390-ccw-virtio", "-cpu", "max"),
            bus="ccw",
            console="ttysclp0",
            options=(
                Option("MARCH_Z13", "the oldest machine that both releases still know"),
                Option("S390_GUEST", "virtio over channel I/O"),
                Option("VIRTIO_MENU", "shows the next line"),
                Option("VIRTIO_CONSOLE", "the port that carries programs and results"),
                Option("SCLP_TTY", "the machine's console"),
                Option("SCLP_CONSOLE", "kernel messages go to it"),
                *options.CHECKPOINT,
                *options.HUGETLB,
                *options.THP,
            ),
            packages=("qemu-system-misc", "gcc-s390x-linux-gnu", "libc6-dev-s390x-cross"),
        ),
        Architecture(
            name="ppc64le",
            bits=64,
            big_endian=False,
            kernel_arch="powerpc",
            triplet="powerpc64le-linux-gnu",
            target="vmlinux",
            image="vmlinux",
            emulator="qemu-system-ppc64",
            # vof: QEMU's small firmware. SLOF takes seconds.
            machine=("-M", "pseries,x-vof=on", "-cpu", "power9"),
            bus="pci",
            console="hvc0",
            options=(
                Option("PPC64", "the 64-bit machine"),
                Option("PPC_BOOK3S_64", "server processors"),
                Option("CPU_LITTLE_ENDIAN", "as the Debian port"),
                Option("PPC_PSERIES", "QEMU's pseries machine"),
                Option("PPC_OF_BOOT_TRAMPOLINE", "being started by the machine's firmware"),
                Option("PPC_64K_PAGES", "64 KiB pages, as the distributions"),
                Option("PPC_RADIX_MMU", "the page tables of POWER9"),
                Option("ALTIVEC", "the cross compiler's programs use it"),
                Option("VSX", "the cross compiler's programs use it"),
                Option("HVC_CONSOLE", "the machine's console"),
                *options.VIRTIO_PCI,
                *options.HUGETLB,
                *options.THP,
            ),
            packages=(
                "qemu-system-ppc",
                "gcc-powerpc64le-linux-gnu",
                "libc6-dev-ppc64el-cross",
            ),
        ),
        Architecture(
            name="mips",
            bits=32,
            big_endian=True,
            kernel_arch="mips",
            triplet="mips-linux-gnu",
            target="vmlinux",
            image="vmlinux",
            emulator="qemu-system-mips",
            machine=("-M", "malta", "-cpu", "24Kf"),
            bus="pci",
            console="ttyS0",
            options=(
                Option("MIPS_MALTA", "QEMU's malta board"),
                Option("CPU_BIG_ENDIAN", "32 bits, big-endian: the only such machine here"),
                Option("CPU_MIPS32_R2", "the cross compiler's processor"),
                *options.SERIAL_8250,
                *options.VIRTIO_PCI,
                Option("PCI_QUIRKS", "fixup-malta.c learns there which interrupts PCI slots have"),
            ),
            packages=("qemu-system-mips", "gcc-mips-linux-gnu", "libc6-dev-mips-cross"),
            agent_flags=("-mno-abicalls", "-G0"),
        ),
    )
}
