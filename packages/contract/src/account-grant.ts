import { Type } from 'typebox';
import { AccountListQuery } from './account.ts';
import { OPERATION_SEARCH_OPTIONS, OperationListQuery } from './finding.ts';
import { ACCOUNTS_PER_KEY_MAX } from './key.ts';
import { ACCOUNT_GRANT_PATTERN } from './primitives.ts';

/** Accounts given by their ids, or by how ids begin. */
export interface GrantedAccounts {
  readonly ids: readonly string[];
  readonly beginnings: readonly string[];
}

/** The accounts of a key, as they are written there: an id, or how ids begin with `*` behind it. */
export function grantedAccounts(grants: readonly string[]): GrantedAccounts {
  return {
    ids: grants.filter((grant) => !grant.endsWith('*')),
    beginnings: grants.filter((grant) => grant.endsWith('*')).map((grant) => grant.slice(0, -1)),
  };
}

const ONE_GRANT = ACCOUNT_GRANT_PATTERN.slice(1, -1);

/** The accounts that a customer's key is limited to, separated by commas. */
const accounts = Type.Optional(
  Type.String({ pattern: `^${ONE_GRANT}(,${ONE_GRANT}){0,${ACCOUNTS_PER_KEY_MAX - 1}}$` }),
);

/** Query of GET /v1/accounts at the data service, which is told whose accounts may be listed. */
export const LedgerAccountListQuery = Type.Object(
  { ...AccountListQuery.properties, accounts },
  { additionalProperties: false },
);

/** Query of GET /v1/operations at the data service, which is told whose operations may be listed. */
export const LedgerOperationListQuery = Type.Object(
  { ...OperationListQuery.properties, accounts },
  OPERATION_SEARCH_OPTIONS,
);
