-- What is searched by (docs/adr/0008): fed from the ledger in sequence order by the data service, off the write path, and rebuilt
-- from it at any time with `lastro reindex`. Nothing here is part of the ledger: all of it can be dropped.

-- A rebuild fills a second set of these tables beside the first and then takes its place, so they are made by a function.
CREATE FUNCTION create_projection(name text) RETURNS void LANGUAGE plpgsql AS $create$
BEGIN
  EXECUTE format($ddl$
    CREATE SCHEMA %1$I;

    -- How far it is fed. Every step moves this row in the transaction that writes what it fed: each operation counts once.
    CREATE TABLE %1$I.position (
      only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      sequence          bigint  NOT NULL,
      balance_sequence  bigint  NOT NULL,  -- how far balances are fed, which is done in longer strides
      snapshot_sequence bigint  NOT NULL   -- of the newest snapshot
    );
    INSERT INTO %1$I.position (sequence, balance_sequence, snapshot_sequence) VALUES (0, 0, 0);

    -- One row for each operation, with nothing but what it is searched by.
    CREATE TABLE %1$I.operation (
      sequence bigint   PRIMARY KEY,
      amount   bigint,
      type     smallint NOT NULL,
      reason   smallint NOT NULL  -- 0: posted
    );
    CREATE INDEX operation_type ON %1$I.operation (type, sequence);
    CREATE INDEX operation_reason ON %1$I.operation (reason, sequence) WHERE reason <> 0;
    CREATE INDEX operation_amount ON %1$I.operation (amount, sequence);

    -- One row for each account that an operation names.
    CREATE TABLE %1$I.entry (
      account  bigint NOT NULL,
      sequence bigint NOT NULL,
      PRIMARY KEY (account, sequence)
    );

    -- The same for ids that no account had when the operation was fed: most are slips of the pen.
    CREATE TABLE %1$I.stranger (
      account_id text COLLATE "C" NOT NULL,
      sequence   bigint NOT NULL,
      PRIMARY KEY (account_id, sequence)
    );

    -- One row for each pair in the metadata of an operation.
    CREATE TABLE %1$I.metadata (
      key      text COLLATE "C" NOT NULL,
      value    text COLLATE "C" NOT NULL,
      sequence bigint NOT NULL,
      PRIMARY KEY (key, value, sequence)
    );

    -- The balance of each account at `balance_sequence`.
    CREATE TABLE %1$I.balance (
      account bigint PRIMARY KEY,
      balance bigint NOT NULL
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);
    CREATE INDEX balance_balance ON %1$I.balance (balance);

    -- Every balance that was not zero, from time to time: where the way to a past trial balance can start.
    CREATE TABLE %1$I.snapshot (
      sequence bigint NOT NULL,
      account  bigint NOT NULL,
      balance  bigint NOT NULL,
      PRIMARY KEY (sequence, account)
    );
    CREATE TABLE %1$I.snapshot_taken (
      sequence bigint PRIMARY KEY
    );
  $ddl$, name);
END $create$;

SELECT create_projection('projection');

-- What never changes with a batch is searched where it is.
CREATE INDEX account_currency ON account (currency, id);

-- Names are found in whatever case and with or without the accents of western Europe, however the database sorts and folds.
CREATE FUNCTION folded_name(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT lower(translate(name, 'ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖÙÚÛÜÝàáâãäåçèéêëìíîïñòóôõöùúûüýÿ', 'aaaaaaceeeeiiiinooooouuuuyaaaaaaceeeeiiiinooooouuuuyy') COLLATE "C") COLLATE "C"
$$;
CREATE INDEX account_name ON account (folded_name(name), id) WHERE name IS NOT NULL;
