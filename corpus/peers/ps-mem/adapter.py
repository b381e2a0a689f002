"""ps_mem: getMemStats(), the totals of one process.

Its private and shared memory are sums of several fields. Only totals of one field are compared.
"""

import ps_mem
from protocol import live, serve


def parse(request):
    """Read the decoy's smaps_rollup."""
    ps_mem.have_pss = ps_mem.have_swap_pss = 0
    _, _, shared_huge, swap, _ = ps_mem.getMemStats(live(request))
    return [
        {
            "usage": {
                "Shared_Hugetlb": shared_huge * 1024,
                "SwapPss" if ps_mem.have_swap_pss else "Swap": swap * 1024,
            },
        }
    ]


serve(parse)
