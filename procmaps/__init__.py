"""The executable specification of /proc/PID/maps, smaps and smaps_rollup."""
