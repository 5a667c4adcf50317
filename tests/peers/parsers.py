"""Random pages with mistakes, and what this library's parsers and Python's make of each.

    parsers.py PROGRAM [PAGES]     PROGRAM is the example `parse`
"""

import collections
import math
import pathlib
import random
import re
import subprocess
import sys

import prometheus_client.openmetrics.parser
import prometheus_client.parser

TESTS = pathlib.Path(__file__).resolve().parents[1]
PIECES = [
    '"', "\\", "{", "}", ",", "=", " ", "  ", "\n", "#", "# ", " # {", "# EOF\n", "+Inf", "-", "-1", "1e309", "\t", "\r", "é",
    "NaN", "_total", "_bucket", 'le="', '{"', "# TYPE a counter\n", "# HELP a", "0.", "_", "a 1\n", "a{b=\"c\"} 1 5\n",
    "5", ".5", " 1", "e", "x", '",', '="', "quantile", "_sum", "_count", "_info", "# TYPE", "# UNIT", "untyped", "1_0",
    "counter", "gauge", "histogram", "unknown", "0x1", "inf", "__name__",
]

# What Python's parsers take and ours do not, by what ours say; the documentation of each parser lists it.
REFUSED = {
    "text": [
        r"here comes the end of the line",  # Python takes the last word for the time.
        r"a time is a finite number",
        # Names are checked by Python only where no labels follow them; what is cut off or without name, not at all.
        r"here comes (`,` and another label|the quote that closes|a label.{1,2}s name|`=` and|a text in quotes)",
        r"here comes (a metric.{1,2}s name|a blank|a type|`\{` and labels)",
        r"a value is a decimal number",
    ],
    "openmetrics": [
        r"is there already|it comes behind that of \+Inf|(bounds|quantiles) must rise",  # Python drops a series that comes twice.
        r"here comes ",  # Blanks between labels, which the ABNF has no place for.
        r"it must be a number, or `\+Inf`",  # Python looks at the buckets of gauge histograms less closely.
        r"only HELP, TYPE, UNIT and EOF|ends with its unit",  # Python takes any word before HELP, and blanks too many.
    ],
}
# What ours take and Python's does not: a line that ends in the middle, for Python; a comment that is none of ours.
PYTHON_REFUSES = r"\r|#\S+ +(TYPE|HELP)"


def mutated(draw, page):
    lines = page.splitlines(keepends=True)
    # A few lines of it, so that a mistake is seen before another one hides it.
    start = draw.randrange(len(lines))
    page = "".join(lines[start:start + draw.randrange(1, 12)])
    for _ in range(draw.randrange(4)):
        at = draw.randrange(len(page) + 1)
        page = page[:at] + draw.choice(PIECES + [""]) + page[at + draw.choice([0, 0, 1, 2, 5]):]
    if draw.random() < 0.3:
        line = draw.choice(page.splitlines(keepends=True) or [""])
        page += line
    return page


def key(name, labels, value, time):
    """A sample, so that equal ones are equal."""

    def spelled(label, text):
        # One number has many spellings, of which the model keeps one.
        try:
            return str(float(text)) if label in ("le", "quantile") else text
        except ValueError:
            return text

    labels = tuple(sorted((label, spelled(label, text)) for label, text in labels))
    # Python loses the sign of times between -1 and 0.
    time = None if time is None else f"{abs(time):.8e}"
    return name, labels, "NaN" if math.isnan(value) else float(value), time


def python(parser, page):
    """Samples, or the error."""
    samples = []
    try:
        for family in parser(page):
            for sample in family.samples:
                time = None if sample.timestamp is None else float(sample.timestamp)
                samples.append(key(sample.name, (sample.labels or {}).items(), sample.value, time))
    except Exception as error:  # Python's raises many.
        return samples, f"{type(error).__name__}: {error}"
    return samples, None


def rust(lines):
    samples = []
    for line in lines:
        if line == "ok":
            return samples, None
        if line.startswith("error "):
            return samples, line.removeprefix("error ")
        name, labels, value, time = line.split(" ")
        text = lambda hexed: bytes.fromhex(hexed).decode()
        pairs = [tuple(map(text, pair.split("="))) for pair in labels.split(",") if pair]
        samples.append(key(text(name), pairs, float(value), None if time == "-" else float(time)))
    raise EOFError


def main():
    program, pages = sys.argv[1], int((sys.argv[2:] or ["20000"])[0])
    parsers = {
        "text": (prometheus_client.parser.text_string_to_metric_families, "txt"),
        "openmetrics": (prometheus_client.openmetrics.parser.text_string_to_metric_families, "om"),
    }
    failed = False
    for form, (parser, extension) in parsers.items():
        draw = random.Random(1)
        golden = [path.read_text() for path in sorted((TESTS / "tests" / "golden").glob(f"*.{extension}"))]
        made = [mutated(draw, draw.choice(golden)) for _ in range(pages)]
        if form == "openmetrics":
            made = [page if draw.random() < 0.1 else page.rstrip("\n") + "\n# EOF\n" for page in made]
        stdin = b"".join(b"%d\n%s" % (len(page.encode()), page.encode()) for page in made)
        out = subprocess.run([program, form], input=stdin, stdout=subprocess.PIPE, check=True).stdout.decode()
        lines = iter(out.splitlines())
        counts = {}
        for page in made:
            ours, theirs = rust(lines), python(parser, page)
            kind, detail = compare(form, page, ours, theirs)
            counts.setdefault(kind, []).append((page, detail))
        for kind, found in counts.items():
            print(f"{form}: {len(found)} {kind}")
            if kind.startswith("!"):
                shown = {}
                for page, detail in found:
                    shown.setdefault(re.sub(r"line \d+, column \d+: |: `.*", "", str(detail))[:150], page)
                for detail, page in list(shown.items())[:40]:
                    print(f"    {detail}\n        {page!r}")
        failed |= any(kind.startswith("!") for kind in counts)
    sys.exit(failed)


def compare(form, page, ours, theirs):
    if ours[1] and theirs[1]:
        return "refused by both", None
    if ours[1]:
        known = any(re.search(rule, ours[1]) for rule in REFUSED[form])
        return ("refused by us alone, as documented" if known else "! refused by us alone"), ours[1]
    if theirs[1]:
        known = re.search(PYTHON_REFUSES, page)
        return ("refused by Python alone, as documented" if known else "! refused by Python alone"), theirs[1]
    ours, theirs = collections.Counter(ours[0]), collections.Counter(theirs[0])
    # A histogram whose last bucket is missing has one in the model, and so a count.
    made_whole = {
        sample for sample in ours - theirs
        if ("le", "inf") in sample[1] or sample[0].endswith(("_count", "_gcount"))
    }
    # Nor does it have two counts, which are the same.
    missing = {sample for sample in theirs - ours if not (sample in ours and sample[0].endswith(("_count", "_gcount")))}
    if not missing and set(ours - theirs) <= made_whole:
        return "read alike", None
    return "! read differently", ([*(ours - theirs)], [*(theirs - ours)])


if __name__ == "__main__":
    main()
