BEGIN TRANSACTION;
CREATE TABLE assignments (
    user_id  BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    place    INTEGER NOT NULL,           -- in the user's list
    role_id  BLOB NOT NULL CHECK (length(role_id) = 16),
    scope    TEXT NOT NULL CHECK (scope IN ('organisation', 'group', 'camera')),
    scope_id BLOB CHECK (length(scope_id) = 16),
    denies   INTEGER NOT NULL CHECK (denies IN (0, 1)),
    PRIMARY KEY (user_id, place),
    CHECK ((scope = 'organisation') = (scope_id IS NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO "assignments" VALUES(X'F97DC73D3441421FB985DABEEB726340',0,X'00000000000040008000000000000001','organisation',NULL,0);
CREATE TABLE camera_group_members (
    group_id  BLOB NOT NULL REFERENCES camera_groups (id) ON DELETE CASCADE,
    camera_id BLOB NOT NULL CHECK (length(camera_id) = 16),
    PRIMARY KEY (group_id, camera_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE camera_groups (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    UNIQUE (organisation_id, name)
) STRICT;
CREATE TABLE claim_code (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    created_90k INTEGER NOT NULL
) STRICT;
CREATE TABLE invitations (
    user_id     BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    expires_90k INTEGER NOT NULL
) STRICT;
INSERT INTO "invitations" VALUES(X'69680DB291F44EE591E767F8897A6C36',X'43AFECD251450EE449F3CF1AC6E97859D4E17F5579DAC0479C5FB89FB9D84D5B',161656370457980);
CREATE TABLE organisations (
    id          BLOB PRIMARY KEY CHECK (length(id) = 16),
    created_90k INTEGER NOT NULL
) STRICT;
INSERT INTO "organisations" VALUES(X'880F82A0588F45D5A3E97E24A1A364B5',161633042386704);
CREATE TABLE roles (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    rights          TEXT NOT NULL,                            -- names, separated by spaces
    max_age_days    INTEGER CHECK (max_age_days > 0),
    schedule        TEXT CHECK (length(schedule) = 168),      -- policy::WeeklySchedule
    UNIQUE (organisation_id, name)
) STRICT;
CREATE TABLE sessions (
    token_sha256  BLOB PRIMARY KEY CHECK (length(token_sha256) = 32),
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_90k   INTEGER NOT NULL,
    last_used_90k INTEGER NOT NULL
) STRICT;
INSERT INTO "sessions" VALUES(X'2968C7AF39A9E879817D9F49D3F38F0FA3BFCEF1C7ABA92BB8000D4F94CECEBA',X'F97DC73D3441421FB985DABEEB726340',161633042450223,161633042450223);
INSERT INTO "sessions" VALUES(X'C29C8FD06CBC55368D50F8227F78CD8BF0561B234F530B31015B444D132BB078',X'F97DC73D3441421FB985DABEEB726340',161633043021855,161633043021855);
CREATE TABLE users (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    name_key        TEXT NOT NULL UNIQUE,  -- as it is looked up
    password_phc    TEXT NOT NULL,         -- Argon2id
    created_90k     INTEGER NOT NULL
, suspended INTEGER NOT NULL DEFAULT 0 CHECK (suspended IN (0, 1))) STRICT;
INSERT INTO "users" VALUES(X'F97DC73D3441421FB985DABEEB726340',X'880F82A0588F45D5A3E97E24A1A364B5','admin','admin','$argon2id$v=19$m=65536,t=3,p=1$vSeHz503sMmO1Xz90wHu9Q$X7R9A5jRkGu4JwlEV/tc5+d0yWoCjfZKTJg/YrAcq7Q',161633042450025,0);
INSERT INTO "users" VALUES(X'69680DB291F44EE591E767F8897A6C36',X'880F82A0588F45D5A3E97E24A1A364B5','guard','guard','',161633042457980,0);
COMMIT;
PRAGMA user_version = 2;
