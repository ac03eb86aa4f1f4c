#!/usr/bin/env python3
"""A server that does what no server should.

    badserver.py ADDRESS PORT CERT KEY STATE

STATE/how says what it does with the next connection: "silent" shakes no hands,
"old" speaks TLS 1.2 at most; with anything else it reads a request, sends the
bytes of the file STATE/answer, STATE/times times, and closes.  Each request is a
line of STATE/log.
"""
import os
import socket
import ssl
import sys
import threading
import time

address, port, cert, key, state = sys.argv[1:6]


def read(name):
    with open(os.path.join(state, name), 'rb') as f:
        return f.read()


def serve(s, how):
    ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if how == 'old':
        ctx.maximum_version = ssl.TLSVersion.TLSv1_2
    ctx.load_cert_chain(cert, key)
    c = ctx.wrap_socket(s, server_side=True)
    head = b''
    while b'\r\n\r\n' not in head:
        more = c.recv(4096)
        if not more:
            return
        head += more
    with open(os.path.join(state, 'log'), 'ab') as f:
        f.write(head.split(b'\r\n')[0] + b'\n')
    answer = read('answer')
    for i in range(int(read('times'))):
        c.sendall(answer if i == 0 else b'x' * 65536)
    c.unwrap()


def one(s):
    how = read('how').decode().strip()
    try:
        if how == 'silent':
            time.sleep(600)
        serve(s, how)
    except OSError:
        pass
    s.close()


listener = socket.create_server((address, int(port)))
while True:
    threading.Thread(target=one, args=(listener.accept()[0],),
                     daemon=True).start()
