#!/bin/sh
# python-can 4.6.1: a message that is logged to a TRC file comes back on the next channel.
#
# Expected: what TRCWriter writes, TRCReader reads as it was, as ASCWriter and BLFWriter do with
# their readers. Seen: the writer counts channels from 1 in the file and adds 1, the reader takes
# the number as it stands: 0 becomes 1, and after two copies 2. Time, id and data are right.
#
# Who meets it: whoever replays a TRC log with can.MessageSync on several buses, or converts logs:
# the frames of one bus are sent on another.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check python-can==4.6.1
"$folder/venv/bin/python" - "$folder" <<'PROGRAM'
import sys

import can


def copy(messages, path):
    with can.Logger(path) as logger:
        for message in messages:
            logger.on_message_received(message)
    return list(can.LogReader(path))


sent = [
    can.Message(
        timestamp=1700000000.5 + channel,
        arbitration_id=0x123,
        is_extended_id=False,
        data=b"\1\2\3",
        channel=channel,
    )
    for channel in (0, 2)
]
seen = {}
for kind in ("asc", "blf", "trc"):
    once = copy(sent, f"{sys.argv[1]}/once.{kind}")
    twice = copy(once, f"{sys.argv[1]}/twice.{kind}")
    seen[kind] = [[message.channel for message in log] for log in (sent, once, twice)]
    assert [bytes(one.data) for one in twice] == [bytes(one.data) for one in sent]
    print(kind, *seen[kind])
as_described = {
    "asc": [[0, 2], [0, 2], [0, 2]],
    "blf": [[0, 2], [0, 2], [0, 2]],
    "trc": [[0, 2], [1, 3], [2, 4]],
}
if seen != as_described:
    sys.exit("python-can counts channels differently now: read this finding again")
PROGRAM
# Seen on 2026-11-27 (channels sent, after one copy, after two):
# asc [0, 2] [0, 2] [0, 2]
# blf [0, 2] [0, 2] [0, 2]
# trc [0, 2] [1, 3] [2, 4]
