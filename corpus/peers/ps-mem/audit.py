"""Print the totals that ps_mem returns for one process."""

import sys

import ps_mem

ps_mem.have_pss = ps_mem.have_swap_pss = 0
private, shared, huge, swap, identity = ps_mem.getMemStats(int(sys.argv[3]))
swap_key = "SwapPss" if ps_mem.have_swap_pss else "Swap"
print(
    f"usage.Shared_Hugetlb={str(huge).encode().hex()} usage.{swap_key}={str(swap).encode().hex()}"
)
