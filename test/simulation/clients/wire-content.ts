import type { HttpRequest } from '../network/network.ts';

/** What an operation asks for: every field that makes it the same operation, and no others. */
export type Content = Readonly<Record<string, unknown>>;

const FIELDS = [
  'id',
  'type',
  'account',
  'from',
  'to',
  'amount',
  'currency',
  'overdraftLimit',
  'name',
  'description',
  'metadata',
  'group',
] as const;

/** The content in one spelling: equal texts, equal operations. */
export function canonical(content: Content): string {
  const metadata = Object.entries((content['metadata'] as Record<string, string> | undefined) ?? {}).sort();
  return JSON.stringify(FIELDS.map((field) => (field === 'metadata' ? metadata : (content[field] ?? null))));
}

const TYPE_BY_PATH: Readonly<Record<string, string>> = {
  '/v1/deposits': 'deposit',
  '/v1/withdrawals': 'withdrawal',
  '/v1/transfers': 'transfer',
};

/**
 * The operations that a request to a business service asks for, read from what is on the wire by the words of the
 * public API and not by the code that reads it there. Empty for anything else.
 */
export function contentsOf(request: HttpRequest): readonly Content[] {
  let contents = read.get(request);
  if (contents === undefined) read.set(request, (contents = readContents(request)));
  return contents;
}

/** A request is looked at when it is sent, and again with every answer. */
const read = new WeakMap<HttpRequest, readonly Content[]>();

function readContents({ method, path, headers, body }: HttpRequest): Content[] {
  if (method !== 'POST' || body === undefined) return [];
  const json = JSON.parse(body) as Record<string, unknown>;
  const type = TYPE_BY_PATH[path];
  if (type !== undefined) return [{ ...json, type }];
  if (path === '/v1/accounts')
    return [opening({ ...json, account: json['id'], id: headers['idempotency-key'] })];
  if (path !== '/v1/operations') return [];
  const operations = json['operations'] as Content[];
  const group = json['atomic'] === true ? operations[0]?.['id'] : undefined;
  return operations.map((operation) => ({
    ...(operation['type'] === 'open' ? opening(operation) : operation),
    group,
  }));
}

function opening(request: Content): Content {
  return { currency: 'BRL', overdraftLimit: 0, ...request, type: 'open' };
}
