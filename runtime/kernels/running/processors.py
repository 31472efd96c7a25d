"""How many threads are worth starting: physical cores that this process may use.

In: the process's affinity, the system's description of its processors, control group quotas, OMP_NUM_THREADS. Out: a number,
at least 1. Files that are missing or say something unknown count as no limit.
"""
from __future__ import annotations

import math
import os


def default_threads() -> int:
    """OMP_NUM_THREADS if it says so, else the physical cores of this process, and no more than its quota of time."""
    named = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if named.isdigit() and int(named) > 0:
        return int(named)
    cores = physical_cores(_usable_processors())
    quota = quota_processors()
    return max(1, cores if quota is None else min(cores, math.ceil(quota)))


def _usable_processors() -> set[int]:
    if hasattr(os, "sched_getaffinity"):
        return os.sched_getaffinity(0)
    return set(range(os.cpu_count() or 1))


def physical_cores(processors: set[int], system: str = "/sys/devices/system/cpu") -> int:
    """Cores among logical processors: those that share one count once."""
    cores: set[str] = set()
    for processor in processors:
        siblings = _read(f"{system}/cpu{processor}/topology/thread_siblings_list")
        cores.add(siblings or str(processor))
    return len(cores)


def quota_processors(root: str = "/") -> float | None:
    """Processors' worth of time that the control groups of this process allow (version 1 or 2); None if they do not limit it."""
    limits: list[float] = []
    for line in _read(f"{root}/proc/self/cgroup").splitlines():
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        names = controllers.split(",")
        if controllers and "cpu" not in names:
            continue
        bases = ("sys/fs/cgroup",) if not controllers else ("sys/fs/cgroup/cpu", f"sys/fs/cgroup/{controllers}")
        # inside a container the path may be the host's, which is not there; the container's own limit is at the base
        parts = [part for part in path.split("/") if part and part != ".."]
        for base in bases:
            for depth in range(len(parts) + 1):
                limits += _limit("/".join([root.rstrip("/"), base, *parts[:depth]]))
    return min(limits, default=None)


def _limit(folder: str) -> list[float]:
    quota, _, period = _read(f"{folder}/cpu.max").partition(" ")
    if not quota:
        quota, period = _read(f"{folder}/cpu.cfs_quota_us"), _read(f"{folder}/cpu.cfs_period_us")
    if quota.isdigit() and period.isdigit() and int(quota) > 0 and int(period) > 0:
        return [int(quota) / int(period)]
    return []


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except (OSError, UnicodeDecodeError):
        return ""
