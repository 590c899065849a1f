CREATE TABLE IF NOT EXISTS job (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    arguments JSON NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    fence INTEGER NOT NULL,
    created REAL NOT NULL,
    queued REAL NOT NULL,
    published REAL,
    lease_until REAL,
    started REAL,
    finished REAL,
    progress TEXT NOT NULL,
    result JSON,
    error TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS job_by_state ON job (state, created);

CREATE TABLE IF NOT EXISTS job_owner (
    job TEXT NOT NULL,
    organisation TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (job)
);

CREATE INDEX IF NOT EXISTS job_owner_by_organisation ON job_owner (organisation, person);
