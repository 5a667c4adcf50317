"""Pages as the Python client reads them."""

import re
import struct

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text


# Behind a name and perhaps labels.
VALUE = re.compile(r"""[^ {]*(?:\{(?:[^"}]|"(?:[^"\\]|\\.)*")*\})? ([^ ]+)""")


def is_openmetrics(text):
    return text.endswith("# EOF\n")


def families(text):
    return list((parse_openmetrics if is_openmetrics(text) else parse_text)(text))


def samples(text):
    """Value by name and labels. Checks that each line of the page became one sample with the value that
    the line ends with."""
    found, values = {}, []
    for family in families(text):
        for sample in family.samples:
            # Prometheus knows no empty labels.
            key = (sample.name, frozenset((k, v) for k, v in sample.labels.items() if v))
            if key in found:
                raise AssertionError(f"{key} twice")
            found[key] = float(sample.value)
            values.append(bits(sample.value))
    # Only the newline ends a line: label values hold all else that Python takes for one.
    written = [VALUE.match(line).group(1) for line in text.split("\n") if line and not line.startswith("#")]
    if sorted(values) != sorted(bits(float(value)) for value in written):
        raise AssertionError("the samples are not those of the page's lines")
    return found


def bits(value):
    """Tells zeros apart, and calls all NaN equal."""
    value = float(value)
    return struct.pack(">d", value) if value == value else b"NaN"


def difference(expected, found):
    """What differs between two dicts of numbers, at most some lines of it."""
    lines = []
    for key in sorted(expected.keys() | found.keys(), key=repr):
        one, other = expected.get(key), found.get(key)
        if one is None or other is None or bits(one) != bits(other):
            lines.append(f"{key}: expected {one}, found {other}")
    return "\n".join(lines[:20] + ([f"… {len(lines)} in all"] if len(lines) > 20 else []))
