#!/usr/bin/env python3
"""Counts the words of the texts in data/, the most frequent first."""
import collections
import json
import pathlib
import re

files = sorted(pathlib.Path("data").glob("*.txt"))
counts = collections.Counter()
for index, file in enumerate(files):
    print(f"{100 * index // len(files)}%", flush=True)
    counts.update(re.findall(r"[a-z]+", file.read_text(encoding="utf-8").lower()))
print("100%")
for word, count in counts.most_common(5):
    print(f"{count:6d} {word}")
print(json.dumps({"result": {"words": sum(counts.values()), "most": counts.most_common(1)[0][0]}}))
