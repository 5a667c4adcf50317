"""What `odd.rs` is asked to serve: label values, numbers and help texts that a format can get wrong."""

import random
import struct

ALONE = [*range(0x180), 0x2028, 0x2029, 0x202E, 0xD7FF, 0xE000, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF, 0x1F600, 0x10FFFF]
COMBINED = [
    "", " ", "  two  spaces ", "\\\\", "\\n", "\\\n", "\n\\", '\\"', '"\\', '"} 1', '",x="y', "\n# HELP odd_texts no",
    "\n# EOF\n", "# {", "{}", "le=", "1e999", "NaN", "ends with \\", 'ends with "', "ends with \n", "\r\n", "__overflow__",
    "e\u0301", "\u202eright to left", "👩‍👩‍👧‍👦", "x" * 5000, '"' * 1000, "\\" * 999, "\n" * 100,
]
NUMBERS = [
    0.0, -0.0, 1.0, -1.0, 0.1, -0.1, 1e5, 1e6, 123456789.125, 1e15, 1e16, 1e17, 1e21, 1e22, 1e300, -1e300, 1e-4, 1e-5,
    1e-7, 1e-300, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 2.0**53, 2.0**63, 2.0**64, 1 / 3,
    float("inf"), float("-inf"), float("nan"),
]
COUNTS = [0, 1, 9, 10, 99, 100, 2**31, 2**32, 2**53 - 1, 2**53, 2**53 + 1, 2**63, 2**64 - 1]
HELPS = ["plain", "back\\slash", "two\nlines", 'quo"ted', "\\n is no newline", "ends with \\", "ümläut €", "# EOF", "{a=\"b\"} 1"]


class Odd:
    """Values by the number of their line, and the lines."""

    def __init__(self):
        draw = random.Random(0)
        self.texts, self.numbers, self.counts, self.helps, self.lines = {}, {}, {}, {}, []
        for code in ALONE:
            for text in (chr(code), f"a{chr(code)}b", f"\\{chr(code)}", f"{chr(code)}\\"):
                self._add(self.texts, "text", text, text.encode().hex())
        for text in COMBINED:
            self._add(self.texts, "text", text, text.encode().hex())
        floats = NUMBERS + [struct.unpack(">d", draw.randbytes(8))[0] for _ in range(500)]
        for number in floats + [round(draw.uniform(-1e6, 1e6), draw.randrange(9)) for _ in range(500)]:
            self._add(self.numbers, "number", number, struct.pack(">d", number).hex())
        for count in COUNTS + [draw.getrandbits(draw.randrange(1, 65)) for _ in range(200)]:
            self._add(self.counts, "count", count, f"{count:x}")
        for text in HELPS:
            self._add(self.helps, "help", text, text.encode().hex())

    def _add(self, values, kind, value, hex):
        self.lines.append(f"{kind} {hex}\n")
        values[len(self.lines)] = value

    def stdin(self):
        return "".join(self.lines).encode()

    def expected(self):
        """All samples, as `pages.samples` has them."""
        found = {}
        for n, text in self.texts.items():
            labels = {("n", str(n))} | ({("text", text)} if text else set())
            found["odd_texts", frozenset(labels)] = float(n)
        for n, number in self.numbers.items():
            found["odd_numbers", frozenset({("n", str(n))})] = number
        for n, count in self.counts.items():
            found["odd_counts_total", frozenset({("n", str(n))})] = float(count)
        for n in self.helps:
            found[f"odd_help_{n}", frozenset()] = 0.0
        return found
