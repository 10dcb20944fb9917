"""Runs a peer of the benchmarks in a long-lived process, so that its rounds interleave with others.

Reads one JSON line {"workload", "params"}, imports the module of that name beside this file and
calls its prepare(params), which returns the function to time. Answers "ready", then each line
"run N" with the seconds of one call, averaged over N.
"""
import importlib
import json
import sys
import time


def main():
    request = json.loads(sys.stdin.readline())
    try:
        run = importlib.import_module(request["workload"]).prepare(request["params"])
    except ImportError as error:
        print(json.dumps({"absent": str(error)}), flush=True)
        return
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        count = int(line.split()[1])
        start = time.perf_counter()
        for _ in range(count):
            run()
        print(json.dumps({"seconds": (time.perf_counter() - start) / count}), flush=True)


main()
