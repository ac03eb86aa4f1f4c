#!/usr/bin/env python3
"""A syslog daemon for tests: writes each datagram as a line of its own.

    syslogd.py SOCKET FILE
"""
import os
import socket
import sys

path, out = sys.argv[1:3]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
if os.path.exists(path):
    os.unlink(path)
s.bind(path)
os.chmod(path, 0o666)
with open(out, 'ab', buffering=0) as f:
    while True:
        f.write(s.recv(65536).replace(b'\n', b'\\n') + b'\n')
