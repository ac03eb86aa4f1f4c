-- A store as the second schema had it, without rows: what leased made of an
-- empty directory before leases and peers became one table.  It never changes.
CREATE TABLE network (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE lease (
	id INTEGER PRIMARY KEY,
	network INTEGER NOT NULL REFERENCES network (id),
	name TEXT NOT NULL CHECK (name <> ''),
	who TEXT NOT NULL,
	key BLOB NOT NULL CHECK (length(key) = 32),
	addr4 BLOB CHECK (length(addr4) = 4),
	addr6 BLOB CHECK (length(addr6) = 16),
	state INTEGER NOT NULL CHECK (state IN (1, 2)),
	first INTEGER NOT NULL,
	created INTEGER NOT NULL,
	renewed INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	rx INTEGER NOT NULL DEFAULT 0,
	tx INTEGER NOT NULL DEFAULT 0,
	rx_raw INTEGER NOT NULL DEFAULT 0,
	tx_raw INTEGER NOT NULL DEFAULT 0,
	handshake INTEGER NOT NULL DEFAULT 0,
	CHECK (state = 2 OR addr4 IS NOT NULL OR addr6 IS NOT NULL),
	UNIQUE (network, name),
	UNIQUE (network, addr4),
	UNIQUE (network, addr6)
) STRICT;
CREATE UNIQUE INDEX lease_key ON lease (network, key)
	WHERE state = 1;
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
CREATE TABLE owned (
	id INTEGER PRIMARY KEY,
	network INTEGER NOT NULL REFERENCES network (id),
	owner INTEGER NOT NULL REFERENCES owner (id),
	key BLOB NOT NULL CHECK (length(key) = 32),
	name TEXT NOT NULL,
	created INTEGER NOT NULL,
	rx INTEGER NOT NULL DEFAULT 0,
	tx INTEGER NOT NULL DEFAULT 0,
	rx_raw INTEGER NOT NULL DEFAULT 0,
	tx_raw INTEGER NOT NULL DEFAULT 0,
	handshake INTEGER NOT NULL DEFAULT 0,
	UNIQUE (network, key)
) STRICT;
CREATE TABLE owned_addr (
	network INTEGER NOT NULL,
	addr BLOB NOT NULL CHECK (length(addr) IN (4, 16)),
	peer INTEGER NOT NULL REFERENCES owned (id) ON DELETE CASCADE,
	PRIMARY KEY (network, addr)
) STRICT, WITHOUT ROWID;
CREATE INDEX owned_addr_peer ON owned_addr (peer);
CREATE TRIGGER owned_key_new BEFORE INSERT ON owned
	WHEN EXISTS (SELECT 1 FROM lease WHERE network = NEW.network
	AND key = NEW.key AND state = 1)
	BEGIN SELECT RAISE(ABORT, 'key of a lease'); END;
CREATE TRIGGER owned_addr_new BEFORE INSERT ON owned_addr
	WHEN EXISTS (SELECT 1 FROM lease WHERE network = NEW.network
	AND addr4 = NEW.addr) OR EXISTS (SELECT 1 FROM lease
	WHERE network = NEW.network AND addr6 = NEW.addr)
	BEGIN SELECT RAISE(ABORT, 'address of a lease'); END;
CREATE TRIGGER lease_new BEFORE INSERT ON lease
	WHEN EXISTS (SELECT 1 FROM owned_addr WHERE network = NEW.network
	AND addr IN (NEW.addr4, NEW.addr6)) OR (NEW.state = 1 AND EXISTS
	(SELECT 1 FROM owned WHERE network = NEW.network
	AND key = NEW.key))
	BEGIN SELECT RAISE(ABORT, 'a peer with an owner has it'); END;
CREATE TRIGGER lease_change BEFORE UPDATE OF key, addr4, addr6, state
	ON lease
	WHEN EXISTS (SELECT 1 FROM owned_addr WHERE network = NEW.network
	AND addr IN (NEW.addr4, NEW.addr6)) OR (NEW.state = 1 AND EXISTS
	(SELECT 1 FROM owned WHERE network = NEW.network
	AND key = NEW.key))
	BEGIN SELECT RAISE(ABORT, 'a peer with an owner has it'); END;
CREATE TABLE setting (
	name TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA application_id = 1397780338;
PRAGMA user_version = 2;
