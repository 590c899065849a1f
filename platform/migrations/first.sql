CREATE TABLE IF NOT EXISTS organisation (
    id VARCHAR NOT NULL,
    kind VARCHAR(11) NOT NULL,
    name VARCHAR NOT NULL,
    PRIMARY KEY (id),
    CONSTRAINT organisationkind CHECK (kind IN ('agency', 'brand', 'artist_side')),
    UNIQUE (name)
);

CREATE TABLE IF NOT EXISTS person (
    id VARCHAR NOT NULL,
    email VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    password VARCHAR NOT NULL,
    active BOOLEAN NOT NULL,
    totp_secret VARCHAR,
    totp_offered VARCHAR,
    totp_counter INTEGER NOT NULL,
    PRIMARY KEY (id),
    CHECK (language IN ('ja', 'en')),
    UNIQUE (email)
);

CREATE TABLE IF NOT EXISTS passkey_challenge (
    session VARCHAR NOT NULL,
    challenge BLOB NOT NULL,
    expires DOUBLE NOT NULL,
    PRIMARY KEY (session)
);

CREATE TABLE IF NOT EXISTS sign_in_elsewhere (
    session VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    nonce VARCHAR NOT NULL,
    verifier VARCHAR NOT NULL,
    "after" VARCHAR NOT NULL,
    expires DOUBLE NOT NULL,
    PRIMARY KEY (session)
);

CREATE TABLE IF NOT EXISTS attempt (
    id INTEGER NOT NULL,
    subject VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    at DOUBLE NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS attempt_by_subject ON attempt (subject, at);

CREATE INDEX IF NOT EXISTS attempt_by_address ON attempt (address, at);

CREATE TABLE IF NOT EXISTS approval_list (
    agency TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (agency)
);

CREATE TABLE IF NOT EXISTS audit (
    number INTEGER NOT NULL,
    at TEXT NOT NULL,
    organisation TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    subject TEXT NOT NULL,
    act TEXT NOT NULL,
    detail JSON NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (number),
    UNIQUE (hash)
);

CREATE INDEX IF NOT EXISTS ix_audit_subject ON audit (subject);

CREATE TRIGGER IF NOT EXISTS audit_refuses_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;

CREATE TRIGGER IF NOT EXISTS audit_refuses_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit trail is only added to'); END;

CREATE TABLE IF NOT EXISTS deal (
    id TEXT NOT NULL,
    agency TEXT NOT NULL,
    brand_side TEXT NOT NULL,
    artist_side TEXT NOT NULL,
    artist TEXT NOT NULL,
    brand TEXT NOT NULL,
    headline TEXT NOT NULL,
    rationale TEXT NOT NULL,
    status TEXT NOT NULL,
    version INTEGER NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    sent TEXT NOT NULL,
    expires TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    "match" JSON NOT NULL,
    fee_floor INTEGER,
    budget_ceiling INTEGER,
    internal_note TEXT NOT NULL,
    reason TEXT NOT NULL,
    outcome JSON,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS ix_deal_agency ON deal (agency);

CREATE INDEX IF NOT EXISTS ix_deal_brand_side ON deal (brand_side);

CREATE INDEX IF NOT EXISTS ix_deal_artist_side ON deal (artist_side);

CREATE TRIGGER IF NOT EXISTS deal_moves BEFORE UPDATE OF status ON deal WHEN (OLD.status, NEW.status) NOT IN (VALUES ('accepted', 'accepted'), ('accepted', 'running'), ('accepted', 'withdrawn'), ('countered', 'accepted'), ('countered', 'countered'), ('countered', 'declined'), ('countered', 'expired'), ('countered', 'withdrawn'), ('declined', 'declined'), ('draft', 'draft'), ('draft', 'sent'), ('draft', 'withdrawn'), ('expired', 'expired'), ('finished', 'finished'), ('running', 'finished'), ('running', 'running'), ('sent', 'accepted'), ('sent', 'countered'), ('sent', 'declined'), ('sent', 'expired'), ('sent', 'sent'), ('sent', 'withdrawn'), ('withdrawn', 'withdrawn')) BEGIN SELECT RAISE(ABORT, 'no step leads from the one status to the other'); END;

CREATE TRIGGER IF NOT EXISTS deal_begins BEFORE INSERT ON deal WHEN NEW.status != 'draft' BEGIN SELECT RAISE(ABORT, 'a deal begins as a draft'); END;

CREATE TABLE IF NOT EXISTS pipeline_board (
    agency TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (agency)
);

CREATE TABLE IF NOT EXISTS shortlist (
    id TEXT NOT NULL,
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    created TEXT NOT NULL,
    changed TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    removed TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS ix_shortlist_organisation ON shortlist (organisation);

CREATE TABLE IF NOT EXISTS saved_search (
    id TEXT NOT NULL,
    organisation TEXT NOT NULL,
    name TEXT NOT NULL,
    question JSON NOT NULL,
    kept_by TEXT NOT NULL,
    created TEXT NOT NULL,
    checked TEXT NOT NULL,
    removed TEXT NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS ix_saved_search_organisation ON saved_search (organisation);

CREATE TABLE IF NOT EXISTS letter (
    id VARCHAR NOT NULL,
    address VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    created DOUBLE NOT NULL,
    tries INTEGER NOT NULL,
    due DOUBLE,
    sent DOUBLE,
    error VARCHAR NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX IF NOT EXISTS letter_by_due ON letter (due);

CREATE TABLE IF NOT EXISTS rule_stop (
    entity TEXT NOT NULL,
    rule TEXT NOT NULL,
    day TEXT NOT NULL,
    partner TEXT NOT NULL,
    agency TEXT NOT NULL,
    PRIMARY KEY (entity, rule, day, partner, agency)
);

CREATE TABLE IF NOT EXISTS recovery_code (
    hash VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    PRIMARY KEY (hash),
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_recovery_code_person ON recovery_code (person);

CREATE TABLE IF NOT EXISTS passkey (
    credential VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    public_key BLOB NOT NULL,
    sign_count INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    created DOUBLE NOT NULL,
    used DOUBLE,
    PRIMARY KEY (credential),
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_passkey_person ON passkey (person);

CREATE TABLE IF NOT EXISTS identity (
    issuer VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    PRIMARY KEY (issuer, subject),
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_identity_person ON identity (person);

CREATE TABLE IF NOT EXISTS membership (
    person VARCHAR NOT NULL,
    organisation VARCHAR NOT NULL,
    role VARCHAR(14) NOT NULL,
    PRIMARY KEY (person, organisation, role),
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE,
    FOREIGN KEY(organisation) REFERENCES organisation (id) ON DELETE CASCADE,
    CONSTRAINT role CHECK (role IN ('planner', 'brand_client', 'artist_manager', 'analyst', 'admin'))
);

CREATE TABLE IF NOT EXISTS invitation (
    hash VARCHAR NOT NULL,
    email VARCHAR NOT NULL,
    organisation VARCHAR,
    role VARCHAR(14),
    expires DOUBLE NOT NULL,
    used DOUBLE,
    PRIMARY KEY (hash),
    CHECK ((organisation IS NULL) = (role IS NULL)),
    FOREIGN KEY(organisation) REFERENCES organisation (id) ON DELETE CASCADE,
    CONSTRAINT role CHECK (role IN ('planner', 'brand_client', 'artist_manager', 'analyst', 'admin'))
);

CREATE TABLE IF NOT EXISTS sign_in (
    id INTEGER NOT NULL,
    hash VARCHAR NOT NULL,
    person VARCHAR NOT NULL,
    organisation VARCHAR NOT NULL,
    pending BOOLEAN NOT NULL,
    created DOUBLE NOT NULL,
    seen DOUBLE NOT NULL,
    browser VARCHAR NOT NULL,
    revoked DOUBLE,
    PRIMARY KEY (id),
    UNIQUE (hash),
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE,
    FOREIGN KEY(organisation) REFERENCES organisation (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS sign_in_by_person ON sign_in (person);

CREATE TABLE IF NOT EXISTS approval_step (
    id TEXT NOT NULL,
    agency TEXT NOT NULL,
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    criterion TEXT NOT NULL,
    value TEXT NOT NULL,
    role TEXT NOT NULL,
    person TEXT NOT NULL,
    lock BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES approval_list (agency) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_approval_step_agency ON approval_step (agency);

CREATE TABLE IF NOT EXISTS approval_request (
    deal TEXT NOT NULL,
    round INTEGER NOT NULL,
    open BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (deal),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS approval (
    id INTEGER NOT NULL,
    deal TEXT NOT NULL,
    round INTEGER NOT NULL,
    step TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    approved BOOLEAN NOT NULL,
    seen JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_approval_deal ON approval (deal);

CREATE TABLE IF NOT EXISTS approval_clearance (
    deal TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (deal, version),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE TRIGGER IF NOT EXISTS deal_approved BEFORE UPDATE OF status ON deal WHEN OLD.status = 'draft' AND NEW.status = 'sent' AND EXISTS (SELECT 1 FROM approval_step WHERE agency = OLD.agency) AND NOT EXISTS (SELECT 1 FROM approval_clearance WHERE deal = OLD.id AND version = OLD.version) BEGIN SELECT RAISE(ABORT, 'a draft of an agency with approval steps is sent through them'); END;

CREATE TABLE IF NOT EXISTS deal_terms (
    deal TEXT NOT NULL,
    number INTEGER NOT NULL,
    party TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    content JSON NOT NULL,
    PRIMARY KEY (deal, number),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS notice (
    id INTEGER NOT NULL,
    organisation TEXT NOT NULL,
    party TEXT NOT NULL,
    deal TEXT NOT NULL,
    act TEXT NOT NULL,
    at TEXT NOT NULL,
    read BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_notice_organisation ON notice (organisation);

CREATE TABLE IF NOT EXISTS pipeline_stage (
    id TEXT NOT NULL,
    agency TEXT NOT NULL,
    status TEXT NOT NULL,
    position INTEGER NOT NULL,
    ja TEXT NOT NULL,
    en TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(agency) REFERENCES pipeline_board (agency) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_pipeline_stage_agency ON pipeline_stage (agency);

CREATE TABLE IF NOT EXISTS pipeline_place (
    deal TEXT NOT NULL,
    version INTEGER NOT NULL,
    stage TEXT NOT NULL,
    owner TEXT NOT NULL,
    next_act TEXT NOT NULL,
    next_on TEXT NOT NULL,
    PRIMARY KEY (deal),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS attachment (
    id TEXT NOT NULL,
    deal TEXT NOT NULL,
    party TEXT NOT NULL,
    everybody BOOLEAN NOT NULL,
    name TEXT NOT NULL,
    media TEXT NOT NULL,
    size INTEGER NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    removed BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_attachment_deal ON attachment (deal);

CREATE TABLE IF NOT EXISTS manuscript (
    deal TEXT NOT NULL,
    sentences JSON NOT NULL,
    sketches JSON NOT NULL,
    PRIMARY KEY (deal),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS deal_message (
    id TEXT NOT NULL,
    deal TEXT NOT NULL,
    party TEXT NOT NULL,
    addressed TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_deal_message_deal ON deal_message (deal);

CREATE TABLE IF NOT EXISTS shortlist_entry (
    id TEXT NOT NULL,
    shortlist TEXT NOT NULL,
    place INTEGER NOT NULL,
    entity TEXT NOT NULL,
    asker TEXT NOT NULL,
    question JSON NOT NULL,
    score FLOAT NOT NULL,
    snapshot TEXT NOT NULL,
    note TEXT NOT NULL,
    tags JSON NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    version INTEGER NOT NULL,
    removed TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (shortlist, entity, asker),
    FOREIGN KEY(shortlist) REFERENCES shortlist (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_shortlist_entry_shortlist ON shortlist_entry (shortlist);

CREATE TABLE IF NOT EXISTS saved_ranking (
    id INTEGER NOT NULL,
    search TEXT NOT NULL,
    at TEXT NOT NULL,
    content JSON NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(search) REFERENCES saved_search (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_saved_ranking_search ON saved_ranking (search);

CREATE TABLE IF NOT EXISTS mail_unwanted (
    person VARCHAR NOT NULL,
    PRIMARY KEY (person),
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS reminder (
    id TEXT NOT NULL,
    deal TEXT NOT NULL,
    organisation TEXT NOT NULL,
    party TEXT NOT NULL,
    person TEXT NOT NULL,
    due TEXT NOT NULL,
    note TEXT NOT NULL,
    told BOOLEAN NOT NULL,
    done BOOLEAN NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_reminder_deal ON reminder (deal);

CREATE INDEX IF NOT EXISTS ix_reminder_due ON reminder (due);

CREATE INDEX IF NOT EXISTS ix_reminder_organisation ON reminder (organisation);

CREATE TABLE IF NOT EXISTS roster (
    entity TEXT NOT NULL,
    organisation VARCHAR NOT NULL,
    version INTEGER NOT NULL,
    changed TEXT NOT NULL,
    name TEXT NOT NULL,
    content JSON NOT NULL,
    PRIMARY KEY (entity),
    FOREIGN KEY(organisation) REFERENCES organisation (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_roster_organisation ON roster (organisation);

CREATE TABLE IF NOT EXISTS conflict_resolution (
    organisation VARCHAR NOT NULL,
    "conflict" TEXT NOT NULL,
    version INTEGER NOT NULL,
    note TEXT NOT NULL,
    name TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (organisation, "conflict"),
    FOREIGN KEY(organisation) REFERENCES organisation (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS share_link (
    id TEXT NOT NULL,
    hash TEXT NOT NULL,
    deal TEXT NOT NULL,
    organisation TEXT NOT NULL,
    person TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    made TEXT NOT NULL,
    expires TEXT NOT NULL,
    revoked TEXT NOT NULL,
    opens INTEGER NOT NULL,
    opened TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (hash),
    FOREIGN KEY(deal) REFERENCES deal (id) ON DELETE CASCADE
);

CREATE INDEX IF NOT EXISTS ix_share_link_deal ON share_link (deal);

CREATE TABLE IF NOT EXISTS deal_verdict (
    deal TEXT NOT NULL,
    number INTEGER NOT NULL,
    party TEXT NOT NULL,
    person TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (deal, number, party),
    FOREIGN KEY(deal, number) REFERENCES deal_terms (deal, number) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS attachment_content (
    id TEXT NOT NULL,
    content BLOB NOT NULL,
    PRIMARY KEY (id),
    FOREIGN KEY(id) REFERENCES attachment (id) ON DELETE CASCADE
);

CREATE TABLE IF NOT EXISTS saved_search_seen (
    search TEXT NOT NULL,
    person TEXT NOT NULL,
    ranking INTEGER NOT NULL,
    PRIMARY KEY (search, person),
    FOREIGN KEY(search) REFERENCES saved_search (id) ON DELETE CASCADE,
    FOREIGN KEY(ranking) REFERENCES saved_ranking (id)
);

CREATE TABLE IF NOT EXISTS told (
    notice INTEGER NOT NULL,
    person VARCHAR NOT NULL,
    PRIMARY KEY (notice, person),
    FOREIGN KEY(notice) REFERENCES notice (id) ON DELETE CASCADE,
    FOREIGN KEY(person) REFERENCES person (id) ON DELETE CASCADE
);
