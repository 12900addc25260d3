"""CPU time and memory of a server, as the operating system counts them."""

import os

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


class Alone(int):
    """A process id whose children are not looked at."""


def family(root):
    """The process ids of `root` and of everything it started."""
    if isinstance(root, Alone):
        return [root]
    children = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = _stat(int(name))
            if fields:
                children.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(children.get(pid, ()))
    return found


def cpu_seconds(root):
    """User and system time used so far by `root`, all its threads and all its children."""
    ticks = 0
    for pid in family(root):
        fields = _stat(pid)
        if fields:
            user, system, reaped_user, reaped_system = (int(field) for field in fields[11:15])
            ticks += user + system + reaped_user + reaped_system
    return ticks / TICKS_PER_SECOND


def rss_megabytes(root):
    """Resident memory of `root` and its children. Pages that two of them share count twice."""
    return sum(_status_kilobytes(pid, "VmRSS") for pid in family(root)) / 1024


def _stat(pid):
    """The fields of /proc/PID/stat after the name, so that [0] is the state and [1] the parent."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            # The name may hold blanks and brackets; the last bracket ends it.
            return file.read().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def _status_kilobytes(pid, key):
    try:
        with open(f"/proc/{pid}/status") as file:
            for line in file:
                if line.startswith(key + ":"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return 0
