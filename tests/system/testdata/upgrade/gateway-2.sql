BEGIN TRANSACTION;
CREATE TABLE camera (
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    ordinal INTEGER NOT NULL,           -- order of creation
    name TEXT NOT NULL,
    main_url TEXT NOT NULL,             -- without credentials
    sub_url TEXT NOT NULL,              -- empty: no sub stream
    username TEXT NOT NULL,
    password_wrapped BLOB               -- AES-KWP, bound to camera_id; NULL: no password
, allow_basic_in_clear INTEGER NOT NULL DEFAULT 0, transport TEXT NOT NULL DEFAULT 'auto', transport_found TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
INSERT INTO "camera" VALUES(X'0D9068878C3E4429AFD3D300E51B3DD7',1,'Gate','rtsp://127.0.0.1:14126/cam1','','',NULL,0,'auto','tcp');
CREATE TABLE camera_certificate (
    camera_id BLOB NOT NULL REFERENCES camera (camera_id) ON DELETE CASCADE,
    authority TEXT NOT NULL,            -- host:port
    by_authority INTEGER NOT NULL,      -- 1: certificate authorities vouch for it; 0: the key is pinned
    fingerprint TEXT NOT NULL,          -- SHA-256 of the public key, hexadecimal
    PRIMARY KEY (camera_id, authority)
) WITHOUT ROWID;
COMMIT;
PRAGMA user_version = 2;
