-- A store as the sixth schema had it, without rows: what leased made of an
-- empty directory before a peer could have prefixes.  It never changes.
CREATE TABLE network (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE denied (
	network TEXT NOT NULL,
	name TEXT NOT NULL,
	reason TEXT NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (network, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE event (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	at INTEGER NOT NULL,
	what TEXT NOT NULL,
	network TEXT NOT NULL,
	name TEXT NOT NULL,
	who TEXT NOT NULL,
	origin TEXT NOT NULL,
	detail TEXT NOT NULL
) STRICT;
CREATE TABLE owner (
	id INTEGER PRIMARY KEY,
	network INTEGER NOT NULL REFERENCES network (id),
	name TEXT NOT NULL CHECK (name <> ''),
	generation INTEGER NOT NULL,
	synced INTEGER NOT NULL,
	code INTEGER NOT NULL,
	added INTEGER NOT NULL,
	removed INTEGER NOT NULL,
	changed INTEGER NOT NULL,
	unchanged INTEGER NOT NULL,
	rejected INTEGER NOT NULL,
	text TEXT NOT NULL,
	UNIQUE (network, name)
) STRICT;
CREATE TABLE setting (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE peer (
	id INTEGER PRIMARY KEY,
	network INTEGER NOT NULL REFERENCES network (id),
	owner INTEGER REFERENCES owner (id),
	key BLOB NOT NULL CHECK (length(key) = 32),
	name TEXT NOT NULL CHECK (owner IS NOT NULL OR name <> ''),
	who TEXT NOT NULL,
	ended INTEGER NOT NULL CHECK (ended IN (0, 1)),
	first INTEGER NOT NULL,
	created INTEGER NOT NULL,
	renewed INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	handshake INTEGER NOT NULL,
	rx INTEGER NOT NULL,
	tx INTEGER NOT NULL,
	rx_raw INTEGER NOT NULL,
	tx_raw INTEGER NOT NULL,
	psk BLOB CHECK (length(psk) = 32)
) STRICT;
CREATE TABLE peer_addr (
	network INTEGER NOT NULL,
	addr BLOB NOT NULL CHECK (length(addr) IN (4, 16)),
	peer INTEGER NOT NULL REFERENCES peer (id) ON DELETE CASCADE,
	PRIMARY KEY (network, addr)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX peer_key ON peer (network, key) WHERE ended = 0;
CREATE UNIQUE INDEX peer_name ON peer (network, name)
	WHERE owner IS NULL;
CREATE INDEX peer_addr_peer ON peer_addr (peer);
CREATE TABLE approval (
	name TEXT NOT NULL CHECK (name <> ''),
	network TEXT NOT NULL,
	approved INTEGER NOT NULL CHECK (approved IN (0, 1)),
	at INTEGER NOT NULL,
	who TEXT NOT NULL,
	origin TEXT NOT NULL,
	PRIMARY KEY (name, network)
) STRICT, WITHOUT ROWID;
CREATE INDEX approval_waiting ON approval (at) WHERE approved = 0;
CREATE TABLE contact (
	name TEXT NOT NULL CHECK (name <> ''),
	network TEXT NOT NULL,
	person TEXT NOT NULL,
	email TEXT NOT NULL,
	phone TEXT NOT NULL,
	PRIMARY KEY (name, network)
) STRICT, WITHOUT ROWID;
CREATE TABLE tenant (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE CHECK (name <> ''),
	mesh INTEGER NOT NULL CHECK (mesh IN (0, 1)),
	range4 BLOB CHECK (length(range4) = 4),
	range4_len INTEGER NOT NULL,
	range6 BLOB CHECK (length(range6) = 16),
	range6_len INTEGER NOT NULL,
	port INTEGER NOT NULL,
	keepalive INTEGER NOT NULL,
	nat INTEGER NOT NULL CHECK (nat IN (0, 1)),
	dns TEXT NOT NULL,
	stun TEXT NOT NULL,
	created INTEGER NOT NULL
) STRICT;
CREATE TABLE device (
	id INTEGER PRIMARY KEY,
	tenant INTEGER NOT NULL REFERENCES tenant (id),
	name TEXT NOT NULL CHECK (name <> ''),
	who TEXT NOT NULL,
	platform INTEGER NOT NULL CHECK (platform IN (0, 1)),
	created INTEGER NOT NULL,
	seen INTEGER NOT NULL,
	version TEXT NOT NULL,
	UNIQUE (tenant, name)
) STRICT;
CREATE TABLE grp (
	id INTEGER PRIMARY KEY,
	tenant INTEGER NOT NULL REFERENCES tenant (id),
	name TEXT NOT NULL CHECK (name <> ''),
	UNIQUE (tenant, name)
) STRICT;
CREATE TABLE grp_device (
	grp INTEGER NOT NULL REFERENCES grp (id) ON DELETE CASCADE,
	device INTEGER NOT NULL REFERENCES device (id) ON DELETE CASCADE,
	by_rule INTEGER NOT NULL CHECK (by_rule IN (0, 1)),
	PRIMARY KEY (grp, device)
) STRICT, WITHOUT ROWID;
CREATE INDEX grp_device_device ON grp_device (device);
CREATE TABLE mesh (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	uuid BLOB NOT NULL UNIQUE CHECK (length(uuid) = 16),
	tenant INTEGER NOT NULL REFERENCES tenant (id),
	name TEXT NOT NULL CHECK (name <> ''),
	topology INTEGER NOT NULL CHECK (topology IN (1, 2)),
	net4 BLOB CHECK (length(net4) = 4),
	net4_len INTEGER NOT NULL,
	net6 BLOB CHECK (length(net6) = 16),
	net6_len INTEGER NOT NULL,
	port INTEGER NOT NULL,
	keepalive INTEGER NOT NULL,
	dns TEXT NOT NULL,
	grp INTEGER REFERENCES grp (id),
	gen_limit INTEGER NOT NULL,
	floor INTEGER NOT NULL,
	epoch INTEGER NOT NULL,
	enrol_after INTEGER NOT NULL,
	created INTEGER NOT NULL,
	UNIQUE (tenant, name),
	CHECK (net4 IS NOT NULL OR net6 IS NOT NULL)
) STRICT;
CREATE TABLE mesh_block (
	space INTEGER NOT NULL,
	block BLOB NOT NULL CHECK (length(block) IN (3, 8)),
	mesh INTEGER NOT NULL REFERENCES mesh (id) ON DELETE CASCADE,
	PRIMARY KEY (space, block)
) STRICT, WITHOUT ROWID;
CREATE INDEX mesh_block_mesh ON mesh_block (mesh);
CREATE TABLE mesh_member (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	mesh INTEGER NOT NULL REFERENCES mesh (id) ON DELETE CASCADE,
	device INTEGER NOT NULL REFERENCES device (id),
	state INTEGER NOT NULL CHECK (state IN (1, 2, 3, 4)),
	key BLOB CHECK (length(key) = 32),
	addr4 BLOB CHECK (length(addr4) = 4),
	addr6 BLOB CHECK (length(addr6) = 16),
	role INTEGER NOT NULL,
	via INTEGER REFERENCES mesh_member (id) ON DELETE SET NULL,
	port INTEGER NOT NULL,
	endpoint BLOB CHECK (length(endpoint) IN (4, 16)),
	endpoint_port INTEGER NOT NULL,
	endpoint_src INTEGER NOT NULL,
	local TEXT NOT NULL,
	nat INTEGER NOT NULL,
	gen INTEGER NOT NULL,
	acked INTEGER NOT NULL,
	acked_at INTEGER NOT NULL,
	nack TEXT NOT NULL,
	handshake INTEGER NOT NULL,
	seen INTEGER NOT NULL,
	ready INTEGER NOT NULL,
	created INTEGER NOT NULL,
	CHECK (state <> 2 OR key IS NOT NULL),
	UNIQUE (mesh, device),
	UNIQUE (mesh, addr4),
	UNIQUE (mesh, addr6)
) STRICT;
CREATE UNIQUE INDEX mesh_member_key ON mesh_member (key);
CREATE INDEX mesh_member_device ON mesh_member (device);
CREATE INDEX mesh_member_via ON mesh_member (via) WHERE via IS NOT NULL;
CREATE TABLE mesh_egress (
	mesh INTEGER NOT NULL REFERENCES mesh (id) ON DELETE CASCADE,
	addr BLOB NOT NULL CHECK (length(addr) IN (4, 16)),
	len INTEGER NOT NULL,
	member INTEGER NOT NULL REFERENCES mesh_member (id) ON DELETE CASCADE,
	PRIMARY KEY (mesh, addr, len)
) STRICT, WITHOUT ROWID;
CREATE INDEX mesh_egress_member ON mesh_egress (member);
CREATE TABLE mesh_gone (
	mesh INTEGER NOT NULL REFERENCES mesh (id) ON DELETE CASCADE,
	member INTEGER NOT NULL,
	gen INTEGER NOT NULL,
	at INTEGER NOT NULL,
	PRIMARY KEY (mesh, member)
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1397780338;
PRAGMA user_version = 6;
