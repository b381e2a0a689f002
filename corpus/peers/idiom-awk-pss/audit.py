"""Print the sum of Pss by awk."""

import subprocess
import sys

program = "/Pss/ { total = total + $2 } END { print 0 + total }"
total = subprocess.run(["awk", program, sys.argv[1]], capture_output=True).stdout.strip()
print(f"usage.Pss={total.hex()}")
