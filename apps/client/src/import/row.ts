import {
  AmountError,
  CURRENCY_CODES,
  OPERATION_REQUESTS,
  type OperationRequest,
  parseAmount,
  validateOperationRequest,
} from '@lastro/contract';
import { type Columns, METADATA_PREFIX, MINOR_SUFFIX, MONEY_FIELDS } from './columns.ts';

/** One line of the file: what it asks for, or what is wrong with it. */
export type ImportRow = GoodRow | BadRow;

export interface GoodRow {
  /** Line of the file, 1 for the header. */
  readonly line: number;
  readonly request: OperationRequest & { readonly id: string };
}

export interface BadRow {
  readonly line: number;
  /** What the file has for an id. */
  readonly id: string;
  readonly fault: string;
}

/** What is wrong with a row, in words. */
class RowFault extends Error {
  override readonly name = 'RowFault';
}

interface RowRules {
  readonly columns: Columns;
  /** Of rows that name no currency. */
  readonly currency: string;
  /** The id of the operation of a line that names none. */
  readonly idOf: (line: number) => string;
}

/** Turns a row into the operation that it asks for. An empty cell is a field that is not there. */
export function readRow(record: readonly string[], line: number, rules: RowRules): ImportRow {
  const { names, kind } = rules.columns;
  const cells = new Map(names.map((name, index) => [name, record[index] ?? '']));
  try {
    if (record.length !== names.length) {
      throw new RowFault(`there are ${record.length} cells, and the header has ${names.length} columns`);
    }
    const type = kind === 'accounts' ? 'open' : cells.get('type')!;
    const fields = readFields(type, cells, rules.currency);
    const request =
      kind === 'accounts'
        ? { ...fields, type, account: fields['id'], id: rules.idOf(line) }
        : { ...fields, id: idIn(fields) ?? rules.idOf(line) };
    const checked = validateOperationRequest(request, '');
    if ('error' in checked) throw new RowFault(inColumns(checked.error, kind));
    return { line, request: checked.value as GoodRow['request'] };
  } catch (error) {
    if (!(error instanceof RowFault)) throw error;
    return { line, id: oneLine(cells.get('id') ?? ''), fault: oneLine(error.message) };
  }
}

const SHOWN_MAX = 300;

/** What stands in a file may be anything, and is shown on terminals and in reports. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}]+/gu, ' ').slice(0, SHOWN_MAX);
}

type Fields = Record<string, unknown>;

function readFields(type: string, cells: ReadonlyMap<string, string>, currencyDefault: string): Fields {
  const fields: Fields = {};
  const metadata: [string, string][] = [];
  const given = cells.get('currency') ?? '';
  const currency = given === '' ? currencyDefault : given;
  if (!CURRENCY_CODES.includes(currency))
    throw new RowFault('currency must be an ISO 4217 code, such as BRL');
  for (const [name, text] of cells) {
    if (text === '') continue;
    if (name.startsWith(METADATA_PREFIX)) metadata.push([name.slice(METADATA_PREFIX.length), text]);
    else readField(fields, name, text, hasCurrency(type) ? currency : undefined);
  }
  // Whoever leaves the currency out means one all the same: where the account has another, nothing must be posted.
  if (hasCurrency(type)) fields['currency'] = currency;
  if (metadata.length > 0) fields['metadata'] = Object.fromEntries(metadata);
  return fields;
}

/** @param currency undefined where an operation has none of its own, but that of what it refers to. */
function readField(fields: Fields, name: string, text: string, currency: string | undefined): void {
  const field = name.endsWith(MINOR_SUFFIX) ? name.slice(0, -MINOR_SUFFIX.length) : name;
  if (!MONEY_FIELDS.has(field)) {
    fields[name] = WHOLE_NUMBERS.has(name) ? wholeNumber(name, text) : text;
    return;
  }
  if (field in fields) throw new RowFault(`${field} and ${field}${MINOR_SUFFIX} are both there`);
  fields[field] = field === name ? decimal(name, text, currency) : wholeNumber(name, text);
}

function decimal(name: string, text: string, currency: string | undefined): number {
  if (currency === undefined)
    throw new RowFault(`${name} has no currency here that it could be read in: write ${name}${MINOR_SUFFIX}`);
  try {
    return parseAmount(text, currency);
  } catch (error) {
    if (error instanceof AmountError) throw new RowFault(`${name}: ${error.message}`);
    throw error;
  }
}

function wholeNumber(name: string, text: string): number {
  if (!/^-?[0-9]{1,16}$/.test(text)) throw new RowFault(`${name} must be a whole number`);
  return Number(text);
}

/** Ids are one in capitals and not (I2). */
function idIn({ id }: Fields): string | undefined {
  return typeof id === 'string' ? id.toLowerCase() : undefined;
}

/** Of a type that there is not, the type is what is wrong, and nothing else. */
function hasCurrency(type: string): boolean {
  if (!Object.hasOwn(OPERATION_REQUESTS, type)) return true;
  return 'currency' in OPERATION_REQUESTS[type as keyof typeof OPERATION_REQUESTS].properties;
}

/** Fields that are whole numbers and not money. */
const WHOLE_NUMBERS: ReadonlySet<string> = new Set(
  Object.values(OPERATION_REQUESTS)
    .flatMap(({ properties }) => Object.entries(properties as Record<string, { type?: string }>))
    .filter(([name, { type }]) => type === 'integer' && !MONEY_FIELDS.has(name))
    .map(([name]) => name),
);

/** The contract's sentence about an operation, as one about the cells of a row. */
function inColumns(error: string, kind: Columns['kind']): string {
  const sentence = error
    .replace(/^\//, '')
    .replace(/^metadata\//, METADATA_PREFIX)
    .trim();
  return kind === 'accounts' ? sentence.replace(/^account\b/, 'id').replace('"account"', '"id"') : sentence;
}
