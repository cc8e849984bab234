"""Orders, with faults planted for the tools that read Python."""

import subprocess, os
import json
import hashlib
import yaml

PASSWORD = "not-a-real-password"

def total(prices: list[int]) -> int:
    unused = 1
    return "".join(str(p) for p in prices)


def export(name):
    subprocess.call("tar cf out.tar " + name, shell=True)
    digest = hashlib.md5(name.encode()).hexdigest()
    return eval("digest")


def load(path: str) -> dict[str, int]:
    try:
        return yaml.load(open(path))
    except:
        pass


class basket:
    def add(self, item, prices=[]):
        if item == None:
            return undefined_name
        prices.append(item)
        return total(prices, item)


def accepted(path: str) -> str:
    return hashlib.md5(path.encode()).hexdigest()  # nosec B324  # nosemgrep: weak-hash


def a_line_that_is_far_too_long_for_every_linter(first_argument, second_argument, third_argument):
    return first_argument
