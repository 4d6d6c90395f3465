import { type Exchange, transfersOf } from './exchange.ts';
import type { HttpRequest } from '../network/network.ts';

/** What an operation asks for: every field that makes it the same operation, and no others. */
export type Content = Readonly<Record<string, unknown>>;

const FIELDS = [
  'id',
  'type',
  'account',
  'from',
  'to',
  'hold',
  'operation',
  'amount',
  'currency',
  'rate',
  'expiresIn',
  'effectiveAt',
  'side',
  'overdraftLimit',
  'name',
  'description',
  'metadata',
  'group',
] as const;

/** The content in one spelling: equal texts, equal operations. What is left out is not the same as what is said. */
export function canonical(content: Content): string {
  let spelling = spelled.get(content);
  if (spelling === undefined) spelled.set(content, (spelling = spell(content)));
  return spelling;
}

/** The same content is compared again and again. */
const spelled = new WeakMap<Content, string>();

function spell(content: Content): string {
  const metadata = Object.entries((content['metadata'] as Record<string, string> | undefined) ?? {}).sort();
  return JSON.stringify(
    FIELDS.map((field) => {
      if (field === 'metadata') return metadata;
      const value = content[field];
      return field === 'effectiveAt' && value !== undefined ? Date.parse(value as string) : (value ?? null);
    }),
  );
}

/** The routes that take one operation: what each asks for, with the id that its path names as that field. */
const ROUTES: readonly (readonly [pattern: RegExp, type: string, named?: string])[] = [
  [/^\/v1\/deposits$/, 'deposit'],
  [/^\/v1\/withdrawals$/, 'withdrawal'],
  [/^\/v1\/transfers$/, 'transfer'],
  [/^\/v1\/holds$/, 'hold'],
  [/^\/v1\/holds\/([^/]+)\/capture$/, 'capture', 'hold'],
  [/^\/v1\/holds\/([^/]+)\/void$/, 'void', 'hold'],
  [/^\/v1\/operations\/([^/]+)\/reversal$/, 'reversal', 'operation'],
  [/^\/v1\/accounts\/([^/]+)\/freeze$/, 'freeze', 'account'],
  [/^\/v1\/accounts\/([^/]+)\/unfreeze$/, 'unfreeze', 'account'],
  [/^\/v1\/accounts\/([^/]+)\/close$/, 'close', 'account'],
  [/^\/v1\/accounts\/([^/]+)$/, 'update', 'account'],
];

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

/** Whether a request only asks what would come of it. */
export function isDryRun({ path }: HttpRequest): boolean {
  return path.endsWith('?dryRun=true');
}

function readContents({ method, path: pathAndQuery, headers, body }: HttpRequest): Content[] {
  const [path = ''] = pathAndQuery.split('?');
  if ((method !== 'POST' && method !== 'PATCH') || body === undefined) return [];
  const json = JSON.parse(body) as Record<string, unknown>;
  if (path === '/v1/accounts')
    return [withDefaults({ ...json, type: 'open', account: json['id'], id: headers['idempotency-key'] })];
  if (path === '/v1/operations' || path === '/v1/exchanges') return readGroup(json);
  for (const [pattern, type, named] of ROUTES) {
    const match = pattern.exec(path);
    if (match === null) continue;
    const owner = named === undefined ? {} : { [named]: decodeURIComponent(match[1]!) };
    return [withDefaults({ ...json, type, ...owner })];
  }
  return [];
}

/** The operations of a list, or the transfers of an exchange. */
function readGroup(json: Record<string, unknown>): Content[] {
  const isExchange = json['operations'] === undefined;
  const operations = isExchange
    ? transfersOf(json as unknown as Exchange)
    : (json['operations'] as Content[]).map(withDefaults);
  const group = isExchange || json['atomic'] === true ? operations[0]?.['id'] : undefined;
  return operations.map((operation) => ({ ...operation, group }));
}

function withDefaults(request: Content): Content {
  switch (request['type']) {
    case 'open':
      return { currency: 'BRL', overdraftLimit: 0, ...request };
    case 'freeze':
    case 'unfreeze':
      return { side: 'both', ...request };
    default:
      return request;
  }
}
