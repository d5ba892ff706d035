-- A record as dlprep wrote it at version 2. Never edited: it is what users have.
BEGIN TRANSACTION;
CREATE TABLE event (
            id integer primary key,        -- the order of events: clocks go back, this does not
            at text not null,              -- UTC, ISO 8601 with milliseconds
            utc_offset integer not null,   -- in minutes: which day it was where the user was
            exercise text not null,
            kind text not null,            -- started, checked, reset; more to come, so no check ()
            text_hash text not null references text (hash),
            status text,                   -- this and all below: of a check's verdict
            seed text,                     -- text, for a seed may be wider than 64 bits
            seconds real,
            passing integer,
            total integer,
            mistakes text,                 -- the names of the mistakes, as a JSON list
            only_case text                 -- the one case that was run; null when all were
        , unwritten integer, uid text);
INSERT INTO "event" VALUES(1,'2026-11-30T19:30:23.100+00:00',0,'softmax','started','99071afbe5237b614ffd98d9c773e0d2e90f31d9f9281127a00d1c48c98c8378',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'54a48a1fa38bb1a988ea892bfbd6fcd5');
INSERT INTO "event" VALUES(2,'2026-11-30T19:30:23.159+00:00',0,'softmax','checked','68e1598be9b564afa1a87d21fd38a6d0fc3add40f5cde2a27f7616218d57cebe','failed','2407',0.25,0,2,'["no max subtraction \u2713"]',NULL,1,'fc77cd6219e25368e0f7af12d90dc563');
INSERT INTO "event" VALUES(3,'2026-11-30T19:30:23.182+00:00',0,'softmax','checked','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855','passed','1606938044258990275541962092341162602522202993782792835301377',3.33333333333333314829e-01,0,0,'[]','large_logits',0,'94fefdf5a4987b5cf6f4c9ac454f7a8e');
INSERT INTO "event" VALUES(4,'2026-11-30T19:30:23.210+00:00',0,'softmax','checked','975b742baea3b614366f45d622e09adcf0222f7ee61e68ff6c4c0b6c643604a2','passed','2407',0.25,0,0,'[]',NULL,0,'a0e28945962354ec7068659fc736b401');
INSERT INTO "event" VALUES(5,'2026-11-30T19:30:23.234+00:00',0,'softmax','hinted','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'967c674c6763f820774157377b11c72f');
INSERT INTO "event" VALUES(6,'2026-11-30T19:30:23.258+00:00',0,'softmax','gave_up','99071afbe5237b614ffd98d9c773e0d2e90f31d9f9281127a00d1c48c98c8378',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'9762d42ae7b6516f3ef485fa05dbf8f5');
INSERT INTO "event" VALUES(7,'2026-11-30T19:30:23.283+00:00',0,'softmax','replaced','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'454fd74f30ac062001910970435d1f86');
INSERT INTO "event" VALUES(8,'2026-11-30T19:30:23.283+00:00',0,'softmax','restored','975b742baea3b614366f45d622e09adcf0222f7ee61e68ff6c4c0b6c643604a2','passed',NULL,NULL,NULL,NULL,NULL,NULL,NULL,'4ac36777f2c4c75dd49b9062a2426575');
INSERT INTO "event" VALUES(9,'2026-11-30T19:30:23.306+00:00',0,'softmax','tested','1ad32460347aa2593c3fb9c71710a33fcde2268cffad257c06800915f14ba968',NULL,NULL,NULL,3,4,NULL,NULL,NULL,'71dbae1175d10bbfeb14dbe4b8f953b0');
INSERT INTO "event" VALUES(10,'2026-11-30T19:30:23.330+00:00',0,'relu','reset','0b787bf4e7ab14285ed2dfd89514b138574dbf3ffea16bfca9831b4f42176fbf',NULL,NULL,NULL,NULL,NULL,NULL,NULL,NULL,'6039f84f73dd1084c099dfa335be023e');
CREATE TABLE text (
            hash text primary key,         -- SHA-256 of the text, in hexadecimal
            body blob not null             -- the text, compressed by zlib
        );
INSERT INTO "text" VALUES('99071afbe5237b614ffd98d9c773e0d2e90f31d9f9281127a00d1c48c98c8378',X'789C535628C94855282E294DE2020013DF036D');
INSERT INTO "text" VALUES('68e1598be9b564afa1a87d21fd38a6d0fc3add40f5cde2a27f7616218d57cebe',X'789C5356702F3ABCEDF0FC54854773262B3C6A58A1C0207D68B6B161AE022F1700B5660B38');
INSERT INTO "text" VALUES('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',X'789C030000000001');
INSERT INTO "text" VALUES('975b742baea3b614366f45d622e09adcf0222f7ee61e68ff6c4c0b6c643604a2',X'789C5356C8CB2F51080D71D3B5B052F8FF8F0B00283D056A');
INSERT INTO "text" VALUES('1ad32460347aa2593c3fb9c71710a33fcde2268cffad257c06800915f14ba968',X'789C4B494D5328492D2ED1D0B452D0D3D3E302002BCB044F');
INSERT INTO "text" VALUES('0b787bf4e7ab14285ed2dfd89514b138574dbf3ffea16bfca9831b4f42176fbf',X'789CEDC4210100000803304F8A572000BD884F08EC26B69974AD6DDBB66DDBB66DDB7E7CA45BA3BD');
INSERT INTO "text" VALUES('0000000000000000000000000000000000000000000000000000000000000000',X'00676172626C6564');
CREATE UNIQUE INDEX event_uid on event (uid);
COMMIT;
pragma user_version = 2;
