"""The tables that a person reads. Every figure stands beside what it should reach."""

import statistics

LINE = "  {:<34}{:>11}{:>11}{:>8}{:>9}  {}"


def medians(rows):
    return rows and {key: statistics.median(row[key] for row in rows) for key in rows[0]}


def spread(rows):
    """How far the rounds lie apart: a wide spread says that the machine was busy with something else."""
    taken = [row["cpu_microseconds"] for row in rows or ()]
    return f"{min(taken):.1f}–{max(taken):.1f}" if taken else ""


def verdict(value, reach):
    return "ok" if value <= reach else "MISSED"


def workload(workload, nginx, headgate):
    """One workload's table, from the rounds of both; `headgate` is None when it was not run."""
    spreads = [spread(rows) for rows in (headgate, nginx)]
    nginx, headgate = medians(nginx), medians(headgate)
    print(f"\n{workload.name}  {workload.what}")
    print(LINE.format("", "headgate", "nginx", "ratio", "at most", "").rstrip())
    rows = [
        ("CPU µs a request", "cpu_microseconds", "{:.1f}"),
        ("requests a second", "requests_per_second", "{:,.0f}"),
        ("p50, ms under full load", "p50", "{:.2f}"),
        ("p99, ms under full load", "p99", "{:.2f}"),
        ("RSS, MB", "rss_megabytes", "{:.1f}"),
    ]
    for label, key, form in rows:
        theirs = form.format(nginx[key])
        counts = key == "cpu_microseconds"
        ours, compared, reach, judged = "-", "", "", ""
        if headgate and workload.reach is None:
            compared = f"{headgate[key] / nginx[key]:.2f}"
            ours = form.format(headgate[key])
        elif headgate:
            ratio = headgate[key] / nginx[key]
            ours, compared = form.format(headgate[key]), f"{ratio:.2f}"
            if counts:
                reach, judged = f"{workload.reach:.2f}", verdict(ratio, workload.reach)
        print(LINE.format(label, ours, theirs, compared, reach, judged).rstrip())
        if counts:
            print(LINE.format("  lowest to highest round", *spreads, "", "", "").rstrip())


def scripts(workload, nginx, headgate, nginx_without, headgate_without):
    """What the scripts of a workload cost: the difference to the workload without them."""
    key = "cpu_microseconds"
    theirs = medians(nginx)[key] - medians(nginx_without)[key]
    ours = medians(headgate)[key] - medians(headgate_without)[key]
    most = theirs if workload.added is None else workload.added
    row = LINE.format(
        f"CPU µs more than {workload.beside}", f"{ours:.1f}", f"{theirs:.1f}", "", f"{most:.1f}", verdict(ours, most))
    print(row.rstrip())


def process(rows):
    """`rows` of label, value, what it may be at most, and how both are written."""
    print("\nThe process")
    print(LINE.format("", "headgate", "", "", "at most", "").rstrip())
    for label, value, reach, form in rows:
        print(LINE.format(label, form.format(value), "", "", form.format(reach), verdict(value, reach)))
