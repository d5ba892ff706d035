-- A record as dlprep wrote it at version 1. Never edited: it is what users have.
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
        );
INSERT INTO "event" VALUES(1,'2026-10-03T17:58:01.003+00:00',120,'softmax','started','c7ebc0bfe348dfcb24549425cd51d3f7bfe8b47b313bc1f8c92efabc23785d32',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(2,'2026-10-03T18:04:55.120+00:00',120,'softmax','checked','c7ebc0bfe348dfcb24549425cd51d3f7bfe8b47b313bc1f8c92efabc23785d32','failed','2407',0.2431,0,17,'[]',NULL);
INSERT INTO "event" VALUES(3,'2026-10-03T18:11:20.999+00:00',120,'softmax','checked','7c69b5064acc31388b9b1f747283f18d6194dc8f209ac1749255e1abe021aa6e','failed','17',0.25,14,17,'["no max subtraction"]',NULL);
INSERT INTO "event" VALUES(4,'2026-10-03T18:11:59.000+00:00',120,'softmax','checked','d615974f0e72d27df19b290a534faadd792accca82bc5526aa05d6fd83f5400f','passed','9999',1.0,1,1,'[]','large_logits');
INSERT INTO "event" VALUES(5,'2026-10-03T18:12:09.500+00:00',120,'softmax','checked','d615974f0e72d27df19b290a534faadd792accca82bc5526aa05d6fd83f5400f','passed','1180591620717411303424',0.22,17,17,'[]',NULL);
INSERT INTO "event" VALUES(6,'2026-10-25T00:30:00.000+00:00',120,'softmax','reset','d615974f0e72d27df19b290a534faadd792accca82bc5526aa05d6fd83f5400f',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(7,'2026-10-25T01:30:00.000+00:00',60,'softmax','checked','7cd2b14f068b8040ecc4d5aaa23f67571e97eae69f02e0081532e51f755cfef3','error','3',0.2,0,0,'[]',NULL);
INSERT INTO "event" VALUES(8,'2026-10-25T01:00:00.000+00:00',-210,'softmax','checked','e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855','fault','4',0.2,0,0,'[]',NULL);
INSERT INTO "event" VALUES(9,'2026-10-25T01:00:00.000+00:00',330,'relu','started','1ab34ef146169289107bfc4b95d0202b03b259091529a234c1bf8825153030c2',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "event" VALUES(10,'2026-10-26T08:00:00.001+00:00',60,'softmax','checked','7c69b5064acc31388b9b1f747283f18d6194dc8f209ac1749255e1abe021aa6e','failed','5',0.31,13,17,'["wrong axis", "no max subtraction"]',NULL);
CREATE TABLE text (
            hash text primary key,         -- SHA-256 of the text, in hexadecimal
            body blob not null             -- the text, compressed by zlib
        );
INSERT INTO "text" VALUES('c7ebc0bfe348dfcb24549425cd51d3f7bfe8b47b313bc1f8c92efabc23785d32',X'789CCBCC2DC82F2A51C82BCD2DA854482C56C82BE0E2E24A494D5328CE4F2BC94DACD0A8D05148ACC82CB6D535D4B4E25200022525A560889C1E9009162A4ACC2C4E55F0CB2FF1CC2DC849CD4DCD2B494D712D2ACA2FE202009F051DD2');
INSERT INTO "text" VALUES('7c69b5064acc31388b9b1f747283f18d6194dc8f209ac1749255e1abe021aa6e',X'789C1D8B410AC3300C04EF7AC51E6D48137A0DF817F980210A9822475836A8BFAF9B3DEC6176B688DEADA30ED12FB2A12A119D7CC1EEAB4BF6E00BB2174BAF77DC09338C34AD955D83C78734EEA3D5396CE0D58684E7F0AF051F663D8B583ADAE0483FAC822306');
INSERT INTO "text" VALUES('d615974f0e72d27df19b290a534faadd792accca82bc5526aa05d6fd83f5400f',X'789C75CB310AC3300C85E15DA778630C894BD7826FD10B18A28029728465837AFB3AD9FB86377D7F113D5B471DA25F64435522DAF9809D4797EC8BAFC85E2C6DCFF022CC31D254915D17C7068F97BAC9752B3ECCBA17B1F46E8343B89BC67DB43AD30738DA90FF9E7E45872ED2');
INSERT INTO "text" VALUES('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',X'789C030000000001');
INSERT INTO "text" VALUES('7cd2b14f068b8040ecc4d5aaa23f67571e97eae69f02e0081532e51f755cfef3',X'789C4B494D5328CE4F2BC94DACD0A8D0B452505056F8FF4F21B358212FBF442134C44DD7820B00DFFC0BC0');
INSERT INTO "text" VALUES('1ab34ef146169289107bfc4b95d0202b03b259091529a234c1bf8825153030c2',X'789C5356702F3ABCEDF0FC54854773262B3C6A58C1CB0500573308AF');
COMMIT;
pragma user_version = 1;
