-- Who may act on a thing: whoever holds the lease; the epoch only ever grows, and whatever
-- acts refuses an epoch smaller than one that it has seen.
CREATE TABLE lease (
    name    TEXT PRIMARY KEY,
    epoch   INTEGER NOT NULL,
    holder  TEXT NOT NULL, -- "" when nobody has it
    pid     INTEGER NOT NULL DEFAULT 0,
    process TEXT NOT NULL DEFAULT '',
    expires REAL NOT NULL
);

-- What can be deployed. A version is one content for good, also after it was pruned.
CREATE TABLE release (
    service  TEXT NOT NULL,
    version  TEXT NOT NULL,
    digest   TEXT NOT NULL, -- of the content
    source   TEXT NOT NULL, -- files image
    image    TEXT NOT NULL, -- what the user called it
    sha      TEXT NOT NULL, -- the commit
    dirty    INTEGER NOT NULL,
    evidence TEXT NOT NULL, -- digest
    verdict  TEXT NOT NULL, -- id
    outcome  TEXT NOT NULL, -- the verdict's; "" without one
    files    INTEGER NOT NULL,
    size     INTEGER NOT NULL, -- bytes
    actor    TEXT NOT NULL,
    root     TEXT NOT NULL,
    created  REAL NOT NULL,
    pruned   REAL,
    PRIMARY KEY (service, version)
);
CREATE INDEX release_by_digest ON release (digest);

CREATE TABLE rollout (
    id             TEXT PRIMARY KEY,
    number         INTEGER NOT NULL,
    service        TEXT NOT NULL,
    environment    TEXT NOT NULL,
    root           TEXT NOT NULL,
    release        TEXT NOT NULL, -- digest
    version        TEXT NOT NULL,
    stable         TEXT NOT NULL DEFAULT '', -- digest of what served before; "" for the first
    stable_version TEXT NOT NULL DEFAULT '',
    strategy       TEXT NOT NULL,
    status         TEXT NOT NULL, -- queued running waiting held completed
    step           INTEGER NOT NULL DEFAULT 0,
    steps          INTEGER NOT NULL DEFAULT 0,
    share          INTEGER NOT NULL DEFAULT 0, -- of the new release, basis points
    phase          TEXT NOT NULL DEFAULT '',
    reason         TEXT NOT NULL DEFAULT '',
    conclusion     TEXT NOT NULL DEFAULT '', -- promoted rolled_back aborted failed ended; "" until then
    promoted       INTEGER NOT NULL DEFAULT 0, -- it has all traffic; the old one may be warm still
    actor          TEXT NOT NULL,
    override       TEXT NOT NULL, -- why it may go out although its gates say no
    previous       TEXT NOT NULL, -- the rollout that this one tries again or takes back
    queued         REAL NOT NULL,
    started        REAL,
    finished       REAL,
    incident       TEXT NOT NULL DEFAULT '' -- path of its record
);
CREATE INDEX rollout_by_environment ON rollout (service, environment, queued);
CREATE INDEX rollout_by_status ON rollout (status);

-- What serves where.
CREATE TABLE environment (
    service          TEXT NOT NULL,
    name             TEXT NOT NULL,
    root             TEXT NOT NULL,
    release          TEXT NOT NULL,
    version          TEXT NOT NULL,
    rollout          TEXT NOT NULL, -- that brought it
    since            REAL NOT NULL,
    PRIMARY KEY (service, name)
);
