"""Starts one program and tells what it used, as one line of JSON on a descriptor of its own.

Usage: launch.py DESCRIPTOR PROGRAM ARGUMENT…

A process begins with the peak memory of the one that started it, so a large benchmark would hide what a
small program needs. This one is small, and is asked to start every program that is measured.
"""

import json
import os
import sys


def main() -> None:
    figures = int(sys.argv[1])
    os.set_inheritable(figures, False)
    child = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
    _, status, used = os.wait4(child, 0)
    told = {
        "code": os.waitstatus_to_exitcode(status),
        "cpu_s": used.ru_utime + used.ru_stime,
        "peak_kb": used.ru_maxrss,
    }
    os.write(figures, json.dumps(told).encode())


if __name__ == "__main__":
    main()
