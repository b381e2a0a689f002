"""Write sums of memory for profile viewers: pprof, Perfetto, speedscope, flame graphs; draw them.

pprof and Perfetto need the extra ``export``, pictures the extra ``cli``.
"""

from procmaps.exports.charts.page import to_html, to_svg
from procmaps.exports.charts.series import Reading
from procmaps.exports.folded import to_folded
from procmaps.exports.perfetto import to_perfetto
from procmaps.exports.pprof import to_pprof
from procmaps.exports.speedscope import to_speedscope
from procmaps.exports.stacks import EXPORTED

__all__ = [
    "EXPORTED",
    "Reading",
    "to_folded",
    "to_html",
    "to_perfetto",
    "to_pprof",
    "to_speedscope",
    "to_svg",
]
