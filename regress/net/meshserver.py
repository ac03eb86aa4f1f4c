#!/usr/bin/env python3
"""A mesh server for tests of the agent alone: the routes of /api/v1/self, with
whatever the test's file says about networks and members.

    meshserver.py ADDRESS PORT CERT KEY CA STATE

STATE is a directory.  "net.json" there has {"uuid", "name", "prefix", "epoch"};
devices get the first free addresses and are told of each other as they come.
"refuse" holds a status to answer every question with, "only" a list of names,
"crowd" how many members there are who have keys and never come.
Each request is a line of "log"; reports are kept in "reports".
"""
import base64
import hashlib
import http.server
import json
import os
import socketserver
import ssl
import sys
import threading
import time

address, port, cert, key, ca, state = sys.argv[1:7]
lock = threading.Condition()
members = {}      # name -> dict
gen = [10]
gone = []         # (gen, id)
conf = json.load(open(os.path.join(state, 'net.json')))
extra = {}        # facts of a member, by name


def read(name, default=None):
    try:
        with open(os.path.join(state, name)) as f:
            return f.read().strip()
    except OSError:
        return default


def note(name, text):
    with open(os.path.join(state, name), 'a') as f:
        f.write(text + '\n')


def member(name):
    if name not in members:
        n = 1 + sum('at' not in o for o in members.values())
        gen[0] += 1
        members[name] = {'name': name, 'id': n, 'gen': gen[0], 'key': None,
                         'port': 51820, 'local': [], 'self_gen': gen[0]}
    return members[name]


def facts(m):
    path = os.path.join(state, 'member.' + m['name'])
    try:
        with open(path) as f:
            return json.load(f)
    except OSError:
        return {}


def entry(m):
    e = {'id': 'm%d' % m['id'], 'key': m['key'],
         'addresses': [m.get('at', conf['prefix'] % m['id'])],
         'local': m['local'],
         'nat': 'open', 'egress': [], 'relay': False, 'gen': m['gen']}
    if m.get('from'):
        e['endpoint'] = '%s:%d' % (m['from'], m['port'])
    e.update(facts(m))
    return e


def answer(m, since, whole):
    net = {'id': conf['uuid'], 'name': conf['name'],
           'base': None if whole else since, 'gen': gen[0], 'more': False,
           'peers': [], 'gone': []}
    if whole or m['self_gen'] > since:
        net['self'] = {'member': 'm%d' % m['id'],
                       'address': [conf['prefix'] % m['id'] +
                                   conf.get('len', '/24')],
                       'port': 51820, 'role': facts(m).get('role', []),
                       'egress': [], 'keepalive': 0, 'dns': '', 'stun': [],
                       'topology': conf.get('topology', 'full'),
                       'state': 'active' if m['key'] else 'invited',
                       'need_key': m['key'] is None}
    for o in members.values():
        if o is m or o['key'] is None:
            continue
        if whole or o['gen'] > since:
            net['peers'].append(entry(o))
    net['gone'] = ['m%d' % i for g, i in gone if whole or g > since]
    nets = [] if m['name'] in (read('left') or '').split() else [net]
    return {'schema': 1, 'epoch': conf['epoch'], 'retry_spread': 1,
            'networks': nets}


def crowd():
    """Members who have keys and addresses, and never ask."""
    for i in range(int(read('crowd') or 0)):
        m = {'name': 'crowd%d' % i, 'id': 1000 + i, 'gen': gen[0],
             'port': 51820, 'local': [], 'self_gen': gen[0]}
        m['key'] = base64.b64encode(
            hashlib.sha256(b'crowd%d' % i).digest()).decode()
        m['at'] = '100.64.%d.%d' % (8 + i // 250, 1 + i % 250)
        members[m['name']] = m


def watch():
    """Whoever writes "touch.NAME" has changed that member."""
    while True:
        time.sleep(0.1)
        with lock:
            for m in list(members.values()):
                path = os.path.join(state, 'touch.' + m['name'])
                if os.path.exists(path):
                    os.unlink(path)
                    gen[0] += 1
                    m['gen'] = m['self_gen'] = gen[0]
                    lock.notify_all()
                path = os.path.join(state, 'remove.' + m['name'])
                if os.path.exists(path):
                    os.unlink(path)
                    gen[0] += 1
                    gone.append((gen[0], m['id']))
                    del members[m['name']]
                    lock.notify_all()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *args):
        pass

    def who(self):
        for rdn in self.connection.getpeercert()['subject']:
            for k, v in rdn:
                if k == 'commonName':
                    return v
        return '?'

    def reply(self, status, body=None, more=()):
        text = body
        if not isinstance(body, bytes):
            text = json.dumps(body).encode()
        self.send_response(status)
        for k, v in more:
            self.send_header(k, v)
        if status not in (204, 304):
            self.send_header('Content-Type', 'application/json')
            self.send_header('Content-Length', str(len(text)))
        self.end_headers()
        if status not in (204, 304):
            self.wfile.write(text)

    def refused(self):
        status = read('refuse')
        if status:
            self.reply(int(status), {'status': int(status)})
        return bool(status)

    def do_GET(self):
        name = self.who()
        tag = self.headers.get('If-None-Match', '')
        note('log', 'GET %s %s' % (name, tag))
        if self.refused():
            return
        if read('raw'):
            with open(os.path.join(state, 'raw'), 'rb') as f:
                self.reply(200, f.read())
            return
        with lock:
            m = member(name)
            pair = 'm%d' % m['id']
            since, whole = 0, True
            want = '"1.%s.%d:' % (conf['epoch'], m['id'])
            if tag.startswith(want):
                since = int(tag[len(want):-1].split('-')[-1])
                whole = since > gen[0]
            end = time.time() + int(self.headers.get('Prefer', 'wait=0')
                                    .split('=')[1])
            while not whole and since == gen[0] and time.time() < end and \
                    name in members and \
                    name not in (read('left') or '').split():
                lock.wait(0.2)
            if not whole and since == gen[0] and \
                    name not in (read('left') or '').split():
                self.reply(304)
                return
            m = member(name)
            a = answer(m, since, whole)
        self.reply(200, a)

    def body(self):
        n = int(self.headers.get('Content-Length', 0))
        return json.loads(self.rfile.read(n) or b'{}')

    def do_PUT(self):
        name = self.who()
        b = self.body()
        note('log', 'PUT %s %s' % (name, self.path))
        if self.refused():
            return
        with lock:
            m = member(name)
            m['key'] = b['public_key']
            m['port'] = b['listen_port']
            m['local'] = b['local']
            m['from'] = self.client_address[0].replace('::ffff:', '')
            gen[0] += 1
            m['gen'] = m['self_gen'] = gen[0]
            lock.notify_all()
        self.reply(200, {})

    def do_POST(self):
        b = self.body()
        note('reports', '%s %s' % (self.who(), json.dumps(b)))
        self.reply(204)

    def do_DELETE(self):
        name = self.who()
        note('log', 'DELETE %s %s' % (name, self.path))
        with lock:
            note('left', name)
            lock.notify_all()
        self.reply(204)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    allow_reuse_address = True


ctx = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
ctx.minimum_version = ssl.TLSVersion.TLSv1_3
ctx.load_cert_chain(cert, key)
ctx.load_verify_locations(ca)
ctx.verify_mode = ssl.CERT_REQUIRED
crowd()
server = Server((address, int(port)), Handler)
server.socket = ctx.wrap_socket(server.socket, server_side=True,
                                do_handshake_on_connect=False)
threading.Thread(target=watch, daemon=True).start()
server.serve_forever()
