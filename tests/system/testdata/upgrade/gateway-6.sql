BEGIN TRANSACTION;
CREATE TABLE camera (
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    ordinal INTEGER NOT NULL,           -- order of creation
    name TEXT NOT NULL,
    main_url TEXT NOT NULL,             -- without credentials
    sub_url TEXT NOT NULL,              -- empty: no sub stream
    username TEXT NOT NULL,
    password_wrapped BLOB               -- AES-KWP, bound to camera_id; NULL: no password
, allow_basic_in_clear INTEGER NOT NULL DEFAULT 0, transport TEXT NOT NULL DEFAULT 'auto', transport_found TEXT NOT NULL DEFAULT '', allow_legacy_tls INTEGER NOT NULL DEFAULT 0, fill_gaps INTEGER NOT NULL DEFAULT 1) WITHOUT ROWID;
INSERT INTO "camera" VALUES(X'0D9068878C3E4429AFD3D300E51B3DD7',1,'Gate','rtsp://127.0.0.1:14126/cam1','','',NULL,0,'auto','tcp',0,1);
CREATE TABLE camera_certificate (
    camera_id BLOB NOT NULL REFERENCES camera (camera_id) ON DELETE CASCADE,
    authority TEXT NOT NULL,            -- host:port
    by_authority INTEGER NOT NULL,      -- 1: certificate authorities vouch for it; 0: the key is pinned
    fingerprint TEXT NOT NULL, accepted INTEGER NOT NULL DEFAULT 0,          -- SHA-256 of the public key, hexadecimal
    PRIMARY KEY (camera_id, authority)
) WITHOUT ROWID;
CREATE TABLE camera_device (            -- what ONVIF told about the device
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    onvif_url TEXT NOT NULL,
    endpoint TEXT NOT NULL,             -- UUID of the endpoint reference, lower case
    serial TEXT NOT NULL,
    macs TEXT NOT NULL,                 -- 12 hexadecimal digits each, separated by blanks
    manufacturer TEXT NOT NULL,
    model TEXT NOT NULL,
    firmware TEXT NOT NULL
, services TEXT NOT NULL DEFAULT '', checked_90k INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;
CREATE TABLE refused_gap (              -- what the camera's own storage did not fill
    camera_id BLOB NOT NULL,            -- 16 bytes
    start_90k INTEGER NOT NULL,         -- since 1970-01-01 UTC
    end_90k INTEGER NOT NULL,
    message TEXT NOT NULL
);
CREATE TABLE site_setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX refused_gap_camera ON refused_gap (camera_id);
COMMIT;
PRAGMA user_version = 6;
