BEGIN TRANSACTION;
CREATE TABLE access_rules (
    organisation_id BLOB PRIMARY KEY REFERENCES organisations (id),
    second_factor   TEXT NOT NULL CHECK (second_factor IN ('nobody', 'administrators', 'everybody'))
, session_idle_minutes INTEGER, session_hours INTEGER, lock_out TEXT) STRICT;
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
CREATE TABLE authenticators (
    user_id       BLOB PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret_sealed BLOB NOT NULL,
    confirmed     INTEGER NOT NULL CHECK (confirmed IN (0, 1)),
    last_step     INTEGER NOT NULL          -- of RFC 6238, that a code was used of
) STRICT;
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
CREATE TABLE holidays (
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    day             TEXT NOT NULL,          -- as in RFC 3339
    yearly          INTEGER NOT NULL CHECK (yearly IN (0, 1)),
    name            TEXT NOT NULL,
    PRIMARY KEY (organisation_id, day, yearly)
) STRICT, WITHOUT ROWID;
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
CREATE TABLE passkeys (
    id                BLOB PRIMARY KEY CHECK (length(id) = 16),
    user_id           BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    name_sealed       BLOB NOT NULL,
    rp_id             TEXT NOT NULL,        -- the name of this server that it belongs to
    credential_sha256 BLOB NOT NULL UNIQUE CHECK (length(credential_sha256) = 32),
    credential_sealed BLOB NOT NULL,        -- the id that the authenticator gave it
    public_key        BLOB NOT NULL,        -- COSE_Key of RFC 9052
    sign_count        INTEGER NOT NULL,
    backup_eligible   INTEGER NOT NULL CHECK (backup_eligible IN (0, 1)),
    backed_up         INTEGER NOT NULL CHECK (backed_up IN (0, 1)),
    created_90k       INTEGER NOT NULL,
    last_used_90k     INTEGER
) STRICT;
CREATE TABLE recovery_codes (
    user_id     BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    code_sha256 BLOB NOT NULL CHECK (length(code_sha256) = 32),
    PRIMARY KEY (user_id, code_sha256)
) STRICT, WITHOUT ROWID;
CREATE TABLE "roles" (
    id              BLOB PRIMARY KEY CHECK (length(id) = 16),
    organisation_id BLOB NOT NULL REFERENCES organisations (id),
    name            TEXT NOT NULL,
    rights          TEXT NOT NULL,          -- names, separated by spaces
    max_age_days    INTEGER CHECK (max_age_days > 0),
    schedule        TEXT,                   -- policy::WeeklySchedule
    networks        TEXT,                   -- IpNetwork, separated by spaces
    UNIQUE (organisation_id, name)
) STRICT;
CREATE TABLE sessions (
    token_sha256  BLOB PRIMARY KEY CHECK (length(token_sha256) = 32),
    user_id       BLOB NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    created_90k   INTEGER NOT NULL,
    last_used_90k INTEGER NOT NULL
, origin_sealed BLOB) STRICT;
INSERT INTO "sessions" VALUES(X'2968C7AF39A9E879817D9F49D3F38F0FA3BFCEF1C7ABA92BB8000D4F94CECEBA',X'F97DC73D3441421FB985DABEEB726340',161633042450223,161633042450223,X'4002A96F8DE34704D39B04D989977CA32A55A534279F64A34CCE72C9F40304575399136DE378CE80E5BE4A93F2B98FEF751999ABE6155524DD0D1709FA0D11D1C858B859AA440A34A124337BF033E9E70A3A');
INSERT INTO "sessions" VALUES(X'C29C8FD06CBC55368D50F8227F78CD8BF0561B234F530B31015B444D132BB078',X'F97DC73D3441421FB985DABEEB726340',161633043021855,161633043021855,X'AB49A535DE01C2F4824E558AFF867B22CEA382CB2837128AB91F03E09EFDD8CD952B972A476B348AE0B9C21FBBDCDEBA66170BC244ECA2549A819E19715A0C4C7C06CBFCDB8DC7751A17F1E69EF8DB2E47A6');
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
CREATE INDEX passkeys_by_user ON passkeys (user_id);
COMMIT;
PRAGMA user_version = 5;
