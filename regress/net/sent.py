#!/usr/bin/env python3
"""What leaves by an interface: a line for each kind of packet of IP.

    sent.py INTERFACE

prints "ready", and then "4 udp 51820 192.0.2.2" and the like, once each: the
version, the protocol, the source port of UDP or TCP, and the destination.
"""
import socket
import sys

OUTGOING = 4
PROTOS = {1: 'icmp', 2: 'igmp', 6: 'tcp', 17: 'udp', 58: 'icmp6'}
s = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
s.bind((sys.argv[1], 0))
seen = set()
print('ready', flush=True)
while True:
    data, addr = s.recvfrom(65536)
    if addr[2] != OUTGOING or addr[1] not in (0x0800, 0x86dd):
        continue
    if addr[1] == 0x0800:
        version, proto, dst = 4, data[9], socket.inet_ntop(
            socket.AF_INET, data[16:20])
        rest = data[(data[0] & 15) * 4:]
    else:
        version, proto, dst = 6, data[6], socket.inet_ntop(
            socket.AF_INET6, data[24:40])
        rest = data[40:]
    port = '-'
    if proto in (6, 17):
        port = int.from_bytes(rest[:2], 'big')
    line = '%d %s %s %s' % (version, PROTOS.get(proto, proto), port, dst)
    if line not in seen:
        seen.add(line)
        print(line, flush=True)
