import type { EventStreamQuery, Operation } from '@lastro/contract';
import type { Principal } from '@lastro/service';
import { operationShownTo } from '../access/customers.ts';
import type { LoggedEvent } from './logged-event.ts';

/** What somebody is shown of an event: JSON, or `undefined` when it is none of theirs, or not what they asked for. */
export type EventView = (event: LoggedEvent) => string | undefined;

/** What `query` asks for, of what `asker` may see. */
export function eventView(query: Pick<EventStreamQuery, 'account' | 'type'>, asker: Principal): EventView {
  const accounts = query.account === undefined ? undefined : new Set(query.account.split(','));
  const types = query.type === undefined ? undefined : new Set(query.type.split(','));
  return (event) => {
    if (types?.has(event.type) === false) return undefined;
    if (accounts !== undefined && !event.accounts.some((id) => accounts.has(id))) return undefined;
    return shownTo(asker, event);
  };
}

/** A customer sees what touches the accounts of its key, and of that what is its own. */
function shownTo(asker: Principal, event: LoggedEvent): string | undefined {
  const { accounts } = asker;
  if (accounts === undefined) return event.json;
  if (!event.accounts.some((id) => accounts.includes(id))) return undefined;
  if (event.type.startsWith('balance.')) return event.json;
  const shown = JSON.parse(event.json) as { readonly data: Operation };
  const data = operationShownTo(asker, shown.data);
  return data && JSON.stringify({ ...shown, data });
}
