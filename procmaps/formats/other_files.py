"""Keys of other files in /proc with lines like those of smaps: status and meminfo.

They are below a dump in many reports. No kernel prints them in smaps.
"""

from __future__ import annotations

STATUS_KEYS = frozenset({
    b"Name", b"Umask", b"State", b"Tgid", b"Ngid", b"Pid", b"PPid", b"TracerPid", b"Uid", b"Gid",
    b"FDSize", b"Groups", b"NStgid", b"NSpid", b"NSpgid", b"NSsid", b"Kthread", b"VmPeak",
    b"VmSize", b"VmLck", b"VmPin", b"VmHWM", b"VmRSS", b"RssAnon", b"RssFile", b"RssShmem",
    b"VmData", b"VmStk", b"VmExe", b"VmLib", b"VmPTE", b"VmPMD", b"VmSwap", b"HugetlbPages",
    b"CoreDumping", b"THP_enabled", b"untag_mask", b"Threads", b"SigQ", b"SigPnd", b"ShdPnd",
    b"SigBlk", b"SigIgn", b"SigCgt", b"CapInh", b"CapPrm", b"CapEff", b"CapBnd", b"CapAmb",
    b"NoNewPrivs", b"Seccomp", b"Seccomp_filters", b"Speculation_Store_Bypass",
    b"SpeculationIndirectBranch", b"Cpus_allowed", b"Cpus_allowed_list", b"Mems_allowed",
    b"Mems_allowed_list", b"voluntary_ctxt_switches", b"nonvoluntary_ctxt_switches",
    b"x86_Thread_features", b"x86_Thread_features_locked",
})  # fmt: skip
"""Keys of /proc/PID/status: proc_pid_status() (fs/proc/array.c), task_mem() (task_mmu.c)."""

MEMINFO_KEYS = frozenset({
    b"MemTotal", b"MemFree", b"MemAvailable", b"MemShared", b"Buffers", b"Cached", b"SwapCached",
    b"Active", b"Inactive", b"Active(anon)", b"Inactive(anon)", b"Active(file)",
    b"Inactive(file)", b"Unevictable", b"Mlocked", b"HighTotal", b"HighFree", b"LowTotal",
    b"LowFree", b"MmapCopy", b"SwapTotal", b"SwapFree", b"Zswap", b"Zswapped", b"Dirty",
    b"AnonPages", b"Mapped", b"Shmem", b"KReclaimable", b"Slab", b"SReclaimable",
    b"SUnreclaim", b"KernelStack", b"ShadowCallStack", b"PageTables", b"SecPageTables",
    b"Quicklists", b"NFS_Unstable", b"Bounce", b"WritebackTmp", b"CommitLimit", b"Committed_AS",
    b"VmallocTotal", b"VmallocUsed", b"VmallocChunk", b"Percpu", b"EarlyMemtestBad",
    b"HardwareCorrupted", b"FileHugePages", b"CmaTotal", b"CmaFree",
    b"Unaccepted", b"Balloon", b"GPUActive", b"GPUReclaim", b"HugePages_Total",
    b"HugePages_Free", b"HugePages_Rsvd", b"HugePages_Surp", b"Hugepagesize", b"Hugetlb",
    b"DirectMap4k", b"DirectMap2M", b"DirectMap4M", b"DirectMap1G",
})  # fmt: skip
"""Keys of /proc/meminfo: meminfo_proc_show() (fs/proc/meminfo.c), those of smaps left out.

Also left out are keys that kernels of vendors print in smaps: ShmemHugePages, and Writeback
(CONFIG_ZRAM_LRU_WRITEBACK). In meminfo, other keys are above them.
"""
