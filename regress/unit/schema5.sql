-- A store as the fifth schema had it, without rows: what leased made of an
-- empty directory before there was a mesh.  It never changes.
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
PRAGMA application_id = 1397780338;
PRAGMA user_version = 5;
