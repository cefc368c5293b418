"""Numbers as people read them: written anew from `Format.swift`, so that the page is compared."""

import math


def count(value):
    return f"{value:,}"


def counted(value, noun):
    return f"{count(value)} {noun}{'' if value == 1 else 's'}"


def rounded(value):
    return math.floor(value + 0.5)


def three_digits(value):
    places = 2 if value < 9.995 else 1 if value < 99.95 else 0
    scaled = rounded(value * 10**places)
    if places == 0:
        return str(scaled)
    return f"{scaled // 10**places}.{scaled % 10**places:0{places}d}"


def in_bytes(value):
    scaled = float(value)
    for unit in ("bytes", "kB", "MB", "GB", "TB"):
        if scaled < 999.5 or unit == "TB":
            return f"{value} bytes" if unit == "bytes" else f"{three_digits(scaled)} {unit}"
        scaled /= 1000
    raise AssertionError("there is always a unit")


def duration(seconds):
    seconds = int(seconds * 1000) / 1000
    if seconds < 100:
        return three_digits(seconds) + " s"
    whole = rounded(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def rate(byte_count, seconds):
    seconds = int(seconds * 1000) / 1000
    return in_bytes(int(byte_count / max(seconds, 1e-3))) + "/s"


def verdict(text):
    """What the page says of it below its heading."""
    rest = text.split(": ", 1)[1]
    return rest[0].upper() + rest[1:]


def counter(counters, name):
    return next((e["value"] for e in counters["entries"] if e["name"] == name), 0)
