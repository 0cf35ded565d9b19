BEGIN TRANSACTION;
CREATE TABLE camera (
    camera_id BLOB PRIMARY KEY,         -- 16 bytes
    ordinal INTEGER NOT NULL,           -- order of creation
    name TEXT NOT NULL,
    main_url TEXT NOT NULL,             -- without credentials
    sub_url TEXT NOT NULL,              -- empty: no sub stream
    username TEXT NOT NULL,
    password_wrapped BLOB               -- AES-KWP, bound to camera_id; NULL: no password
) WITHOUT ROWID;
INSERT INTO "camera" VALUES(X'0D9068878C3E4429AFD3D300E51B3DD7',1,'Gate','rtsp://127.0.0.1:14126/cam1','','',NULL);
COMMIT;
PRAGMA user_version = 1;
