#!/bin/sh
# ipykernel 7.4.0 with ipywidgets 8.1.9: while a thread updates a widget, the widget's callbacks move
# to another thread, with another event loop, because some other widget was spoken to.
#
# One would expect a click to be heard in the cells' thread, between two cells (ipykernel 6), or in
# the subshell (a thread) that the frontend names: JupyterLab 4.6.6 names one for each comm target,
# the default of `commsOverSubshells`. But ipykernel hears a click where the widget was last updated
# from, whatever the frontend names: that is the cells' thread for a widget that cells update. A
# thread that updates a widget, as of a live plot, counts as the last message that the kernel took
# from anywhere. So clicks are heard in the cells' thread, until JupyterLab asks for the states of
# all widgets, as it does when its page is loaded again: then they are heard in that question's
# subshell. A callback that makes a task for a connection of the cells' loop worked a second ago,
# and now ends with "got Future ... attached to a different loop", in a task that nobody reads.
#
# Who meets it: whoever asks an instrument with an asyncio driver at a click, beside a live display.
# JupyterLab is installed for its default only: the script sends the messages that it would send.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    jupyterlab==4.6.6 ipykernel==7.4.0 ipywidgets==8.1.9 jupyter_client==8.10.0
cd "$folder"
"$folder/venv/bin/python" - "$folder/venv" > seen <<'PYTHON'
import json
import sys
import time
from pathlib import Path

from jupyter_client.manager import start_new_kernel

path = "share/jupyter/lab/schemas/@jupyterlab/apputils-extension/kernels-settings.json"
settings = json.loads((Path(sys.argv[1]) / path).read_text())
print("JupyterLab's default:", settings["properties"]["commsOverSubshells"]["default"])

INSTRUMENT = """
import asyncio
import threading
import time

import ipywidgets

async def answer(reader, writer):
    while await reader.readline():
        await asyncio.sleep(0.1)
        writer.write(b"42 V\\n")

server = await asyncio.start_server(answer, "127.0.0.1", 0)
reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
outcomes = []

async def ask():
    try:
        writer.write(b"volts?\\n")
        outcomes.append((await reader.readline()).decode().strip())
    except Exception as error:
        outcomes.append(type(error).__name__ + ": " + str(error).partition("got Future")[1])

button = ipywidgets.Button()

def update():
    for count in range(600):
        button.tooltip = f"{count} readings"
        time.sleep(0.05)

threading.Thread(target=update, daemon=True).start()
button.on_click(lambda _: asyncio.ensure_future(ask()))
print(button.comm.comm_id)
"""
manager, client = start_new_kernel(kernel_name="python3")


def run(code):
    lines = []

    def take(message):
        if message["msg_type"] == "stream":
            lines.append(message["content"]["text"])
        elif message["msg_type"] == "error":
            lines.append(str(message["content"]))

    client.execute_interactive(code, timeout=30, output_hook=take)
    return "".join(lines).strip()


def make_subshell():
    client.control_channel.send(client.session.msg("create_subshell_request"))
    return client.get_control_msg(timeout=30)["content"]["subshell_id"]


def send(subshell, kind, **content):
    message = client.session.msg(kind, content, metadata={"version": "1.0.0"})
    message["header"]["subshell_id"] = subshell
    client.shell_channel.send(message)


def click():
    data = {"method": "custom", "content": {"event": "click"}}
    send(for_widgets, "comm_msg", comm_id=button, data=data)
    time.sleep(2)
    return run("print(outcomes.pop())")


button = run(INSTRUMENT)
for_widgets, for_control = make_subshell(), make_subshell()
print("click:", click())
control = {"comm_id": "control", "data": {}}
send(for_control, "comm_open", target_name="jupyter.widget.control", **control)
send(for_control, "comm_msg", comm_id="control", data={"method": "request_states"})
time.sleep(2)
print("click after the states of all widgets were asked for:", click())
client.stop_channels()
manager.shutdown_kernel(now=True)
PYTHON
cat seen
cat > expected <<'TEXT'
JupyterLab's default: perCommTarget
click: 42 V
click after the states of all widgets were asked for: RuntimeError: got Future
TEXT
if cmp -s seen expected; then
    echo "as described"
else
    echo "this has changed: the lines above are not those that were seen on 2026-11-28"
    exit 1
fi
# Seen on 2026-11-28:
# JupyterLab's default: perCommTarget
# click: 42 V
# click after the states of all widgets were asked for: RuntimeError: got Future
