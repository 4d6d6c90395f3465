-- Accounts that are not simply open are few. The column does not change with a balance, so balances are written as before (HOT).
CREATE INDEX account_balance_status ON account_balance (status, account) WHERE status <> 0;
