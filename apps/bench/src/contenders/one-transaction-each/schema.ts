/**
 * What a good engineer would write instead: a transaction for each transfer, in one round trip. Rows are locked in the
 * order of their ids, so nothing deadlocks; the same id takes effect once; the commit is durable.
 *
 * It is given every advantage that costs nothing: room for updates within a page, and no index by account, without which it
 * could not show a statement. It has no hash chain, no balances after, and no queue to survive PostgreSQL's absence.
 */
export const SCHEMA_SQL = `
  CREATE TABLE account (
    id              text   COLLATE "C" PRIMARY KEY,
    balance         bigint NOT NULL,
    overdraft_limit bigint NOT NULL
  ) WITH (fillfactor = 50);

  CREATE TABLE transfer (
    id           uuid        PRIMARY KEY,
    from_account text        COLLATE "C" NOT NULL,
    to_account   text        COLLATE "C" NOT NULL,
    amount       bigint      NOT NULL,
    status       text        NOT NULL,
    posted_at    timestamptz NOT NULL DEFAULT now()
  );

  CREATE FUNCTION post_transfer(transfer_id uuid, payer text, payee text, moved bigint) RETURNS text AS $$
  DECLARE
    result text;
  BEGIN
    PERFORM 1 FROM account WHERE id IN (payer, payee) ORDER BY id FOR UPDATE;
    SELECT status INTO result FROM transfer WHERE id = transfer_id;
    IF FOUND THEN
      RETURN result;
    END IF;
    UPDATE account SET balance = balance - moved WHERE id = payer AND balance + overdraft_limit >= moved;
    IF FOUND THEN
      UPDATE account SET balance = balance + moved WHERE id = payee;
      result := 'posted';
    ELSE
      result := 'insufficient_funds';
    END IF;
    INSERT INTO transfer (id, from_account, to_account, amount, status)
    VALUES (transfer_id, payer, payee, moved, result);
    RETURN result;
  END $$ LANGUAGE plpgsql;
`;
