"""ps_mem: getMemStats(), the totals of one process.

Its private and shared memory are sums of several fields. Only totals of one field are compared.
"""

import ps_mem
from protocol import live, serve


def prepare(request):
    """Let it find out again what the file has."""
    ps_mem.have_pss = ps_mem.have_swap_pss = 0
    return live(request)


def convert(totals):
    """Convert its tuple. Its sizes are in units of 1024 bytes."""
    _, _, shared_huge, swap, _ = totals
    swap_is = "SwapPss" if ps_mem.have_swap_pss else "Swap"
    return [{"usage": {"Shared_Hugetlb": shared_huge, swap_is: swap}}]


serve(prepare, ps_mem.getMemStats, convert)
