#!/usr/bin/env python3
"""A STUN server for tests (RFC 8489, the request for a binding).

    stunserver.py LOG ADDRESS:PORT ...

Each request is a line "ADDRESS:PORT FROM" of the log.  Before the answer go
some that must not count: of another transaction, and with loopback.
"""
import selectors
import socket
import struct
import sys

COOKIE = 0x2112A442
log = open(sys.argv[1], 'a', buffering=1)
sel = selectors.DefaultSelector()


def answer(ident, host, port):
    addr = struct.unpack('!I', socket.inet_aton(host))[0]
    value = struct.pack('!BBHI', 0, 1, port ^ (COOKIE >> 16), addr ^ COOKIE)
    return struct.pack('!HHI12sHH', 0x0101, 12, COOKIE, ident, 0x0020, 8) + value


for where in sys.argv[2:]:
    host, port = where.rsplit(':', 1)
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    s.bind((host, int(port)))
    sel.register(s, selectors.EVENT_READ, where)
print('ready', file=log)
while True:
    for key, _ in sel.select():
        data, (host, port) = key.fileobj.recvfrom(2048)
        if len(data) != 20 or data[:8] != struct.pack('!HHI', 1, 0, COOKIE):
            print('%s odd %s' % (key.data, data.hex()), file=log)
            continue
        print('%s %s:%d' % (key.data, host, port), file=log)
        ident = data[8:20]
        wrong = bytes([ident[0] ^ 1]) + ident[1:]
        for packet in (answer(wrong, '198.18.0.66', 66),
                       answer(ident, '127.0.0.1', 66),
                       answer(ident, host, port)):
            key.fileobj.sendto(packet, (host, port))
