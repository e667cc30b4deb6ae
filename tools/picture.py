#!/usr/bin/env python3
"""Writes docs/check.svg: what a terminal shows of sidecar-hostpath, for the README. `make pictures` runs it.

--commands prints the commands instead, each with a NUL behind it."""

import os
import pty
import subprocess
import sys

COLUMNS = 80
COMMANDS = [
    "sidecar-hostpath check --settings examples/settings.yaml \\\n"
    "    examples/vm-*.yaml",
    "sed s#/var/lib/kubevirt/images#/etc/ssh# \\\n"
    "    examples/vmi-with-sidecar-hostpath.yaml |\n"
    "    sidecar-hostpath check --settings examples/settings.yaml -",
]

# Without the fonts that rich would load from the network: a picture in a README may load nothing.
FORMAT = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
    <title>sidecar-hostpath check</title>
    <style>
    .{unique_id}-matrix {{
        font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace;
        font-size: {char_height}px;
        line-height: {line_height}px;
    }}
    {styles}
    </style>
    <defs>
    <clipPath id="{unique_id}-clip-terminal">
      <rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
    </clipPath>
    {lines}
    </defs>
    {chrome}
    <g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
    {backgrounds}
    <g class="{unique_id}-matrix">
    {matrix}
    </g>
    </g>
</svg>
"""


def on_a_terminal(command):
    """What the command prints if a terminal reads it."""
    leader, follower = pty.openpty()
    subprocess.run(["stty", "cols", str(COLUMNS)], stdin=follower, check=True)
    environment = {**os.environ, "TERM": "xterm-256color"}
    environment.pop("NO_COLOR", None)
    process = subprocess.Popen(["bash", "-c", command], stdin=follower, stdout=follower, env=environment)
    os.close(follower)
    printed = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # Linux's way to say that nobody writes any more.
            break
        if not part:
            break
        printed += part
    process.wait()
    return printed.decode().replace("\r\n", "\n")


def main():
    if sys.argv[1:] == ["--commands"]:
        print(*COMMANDS, sep="\0", end="\0")
        return
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=COLUMNS + 2, file=open(os.devnull, "w"), force_terminal=True)
    for command in COMMANDS:
        console.print(Text("$ " + command, style="bold"))
        console.print(Text.from_ansi(on_a_terminal(command).rstrip("\n")))
    console.save_svg("docs/check.svg", title="sidecar-hostpath", code_format=FORMAT, unique_id="check")


main()
