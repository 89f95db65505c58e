#!/bin/sh
# The settings of the job stand in the script itself, as TOML in comments. Here they make one job of each text.
# /// jobyard
# name = "longest line of {/}"
# args = ["{}"]
# inputs.files = "data/*.txt"
# timeout = "1m"
# ///
awk '{ if (length($0) > length(longest)) longest = $0 } END { print longest }' "$1"
