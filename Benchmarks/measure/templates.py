"""What rendering a mapping template costs, without a server around it: one thread, the payload parsed each time."""

import os
import pathlib
import shutil
import statistics
import subprocess
import tempfile
import time

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Templates"

# A name, what it is, how often it is rendered for one figure, and the renderings a second that it should reach.
CASES = [
    ("request", "a gateway's request, ten fields", 30_000, 124_000),
    ("reshape", "an array of 68 objects reshaped", 2_000, 6_900),
    ("large", "the same with 1,000 objects", 100, 145),
]
PARSE_MEGABYTES_PER_SECOND = 300
MEMORY_BY_BODY = 6

# Templates that want more work than a rendering may have, and the CPU time after which each must be over.
HOSTILE = FOLDER.parent.parent / "Tests" / "Fuzz" / "templates"
HOSTILE_MILLISECONDS = 50


def fields(text):
    """The figures of a line of `name=value` fields."""
    return {name: float(value) for name, value in (field.split("=") for field in text.split())}


def command(program, name, times):
    return [
        program, "template", FOLDER / f"{name}.vtl", "--body", f"@{FOLDER / name}.json",
        "--params", '{"querystring": {"source": "web"}}', "--context", '{"requestId": "6f1c0a52-0001"}',
        "--repeat", str(times),
    ]


def render(program, name, times):
    done = subprocess.run(command(program, name, times), check=True, capture_output=True, text=True)
    return fields(done.stdout)


def parse(program, name, times):
    arguments = [program, "jsonpath", "$", FOLDER / f"{name}.json", "--repeat", str(times)]
    return fields(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)


def allocations(program, name, times):
    """Allocations of one rendering: what so many more renderings allocate more. None without a C compiler."""
    compiler = shutil.which("cc") or shutil.which("clang")
    if not compiler:
        return None
    with tempfile.TemporaryDirectory(prefix="headgate-bench-") as folder:
        library = pathlib.Path(folder) / "allocations.so"
        source = pathlib.Path(__file__).with_name("allocations.c")
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)

        def count(repeat):
            environment = {**os.environ, "LD_PRELOAD": str(library)}
            done = subprocess.run(
                command(program, name, repeat), check=True, capture_output=True, text=True, env=environment
            )
            return fields(done.stderr.splitlines()[-1])["allocations"]

        # A tenth of the renderings comes on top, to warm up.
        return (count(2 * times) - count(times)) / (times + times // 10)


def peak_bytes(program, name):
    """Resident memory at its highest, rendering over and over.

    Read from /proc while it runs: what wait4 says begins with the memory of this process.
    """
    process = subprocess.Popen(command(program, name, 200), stdout=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
        peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))])
        time.sleep(0.002)
    return peak * 1024


def cpu_milliseconds(arguments):
    """CPU time of a process from start to end, the lower of two runs."""

    def once():
        process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        return (usage.ru_utime + usage.ru_stime) * 1000

    return min(once(), once())


def slowest_hostile(program):
    """The hostile template that takes longest, and its CPU time in ms without that of starting the program."""
    start = cpu_milliseconds([program, "template", "/dev/null"])
    body = '{"decimal": 1.23456789012345678901234567890, "items": [{"id": 1, "name": "n"}, {"id": 2}]}'
    times = {
        path.name: cpu_milliseconds([program, "template", path, "--body", body]) - start
        for path in HOSTILE.glob("hostile-*")
    }
    return max(times.items(), key=lambda item: item[1])


def measure(program, rounds):
    """Everything, by case: medians of all rounds."""
    taken = {name: {"render": [], "parse": []} for name, *_ in CASES}
    for _ in range(rounds):
        for name, _, times, _ in CASES:
            taken[name]["render"].append(render(program, name, times)["cpu_us"])
            taken[name]["parse"].append(parse(program, name, times * 2)["mb_per_second"])
    results = {}
    least = peak_bytes(program, "reshape")
    for name, _, times, _ in CASES:
        body = (FOLDER / f"{name}.json").stat().st_size
        results[name] = {
            "body_bytes": body,
            "cpu_microseconds": statistics.median(taken[name]["render"]),
            "parse_megabytes_per_second": statistics.median(taken[name]["parse"]),
            "allocations": allocations(program, name, max(10, times // 10)),
            "peak_by_body": (peak_bytes(program, name) - least) / body,
        }
    results["hostile"] = slowest_hostile(program)
    return results


LINE = "  {:<34}{:>11}{:>11}{:>11}  {}"


def report(results):
    print("\nMapping templates  one thread, the body parsed for each rendering")
    print(LINE.format("", "headgate", "at least", "CPU µs", "").rstrip())
    for name, what, _, reach in CASES:
        figures = results[name]
        a_second = 1e6 / figures["cpu_microseconds"]
        verdict = "ok" if a_second >= reach else "MISSED"
        body = f"{figures['body_bytes'] / 1000:,.1f} KB"
        label = f"{name}, {body}: renders/s"
        cpu = f"{figures['cpu_microseconds']:,.1f}"
        print(LINE.format(label, f"{a_second:,.0f}", f"{reach:,}", cpu, verdict).rstrip())
    large = results["large"]
    speed = large["parse_megabytes_per_second"]
    verdict = "ok" if speed >= PARSE_MEGABYTES_PER_SECOND else "MISSED"
    print(LINE.format("JSON of large, parsing, MB/s", f"{speed:,.0f}", PARSE_MEGABYTES_PER_SECOND, "", verdict).rstrip())
    print(LINE.format("", "", "at most", "", "").rstrip())
    memory = large["peak_by_body"]
    verdict = "ok" if memory <= MEMORY_BY_BODY else "MISSED"
    print(LINE.format("peak memory of large, by its body", f"{memory:.1f}", MEMORY_BY_BODY, "", verdict).rstrip())
    name, milliseconds = results["hostile"]
    verdict = "ok" if milliseconds <= HOSTILE_MILLISECONDS else "MISSED"
    print(LINE.format(f"{name}, CPU ms", f"{milliseconds:.0f}", HOSTILE_MILLISECONDS, "", verdict).rstrip())
    for name, *_ in CASES:
        if results[name]["allocations"] is not None:
            print(LINE.format(f"allocations a render, {name}", f"{results[name]['allocations']:,.1f}", "", "", "").rstrip())
