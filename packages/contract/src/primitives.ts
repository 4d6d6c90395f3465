import { MINOR_MAX, SIDES } from '@lastro/ledger';
import { Type } from 'typebox';
import { CURRENCY_CODES } from './currency.ts';

/** Line breaks and other control characters have no place in a statement line; half a surrogate pair is no text. */
const ONE_LINE = '^[^\\p{Cc}\\p{Cs}]*$';

const UUID_PATTERN = uuidPattern('1-7', '0-9a-fA-F', '89abAB');
const LOWER_CASE_UUID_PATTERN = uuidPattern('1-7', '0-9a-f', '89ab');
const ANY_UUID_PATTERN = uuidPattern('1-8', '0-9a-fA-F', '89abAB');

const ACCOUNT_ID_PATTERN = '^@?[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$';
const OPENABLE_ACCOUNT_ID_PATTERN = '^(?!@(?:cash|fx)\\.)@?[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$';
const ACCOUNT_ID_FORM =
  'must be 1 to 64 letters, digits or . _ : - that begin with a letter or digit (after @ for an account of the bank)';

/** The name of a key: as the name of a business service. */
export const KEY_NAME_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$';
/** Whoever sends something: a key, or the subject of an identity provider's token. None of it needs escaping in JSON. */
export const SENDER_NAME_PATTERN = '^[A-Za-z0-9._:@|+=/~-]{1,128}$';
export const ACCOUNT_GRANT_PATTERN = '^@?[A-Za-z0-9][A-Za-z0-9._:-]{0,63}\\*?$';

/** What each pattern asks for, in words: the end of a sentence for whoever sent something else. */
export const FORMS: ReadonlyMap<string, string> = new Map([
  [ONE_LINE, 'must be one line of text, without control characters'],
  [UUID_PATTERN, 'must be a UUID of version 1 to 7, such as 01890a5d-ac96-774b-bcce-b302099a8057'],
  [ANY_UUID_PATTERN, 'must be a UUID, such as 01890a5d-ac96-774b-bcce-b302099a8057'],
  [LOWER_CASE_UUID_PATTERN, 'must be a UUID of version 1 to 7 in lower case'],
  [ACCOUNT_ID_PATTERN, ACCOUNT_ID_FORM],
  [OPENABLE_ACCOUNT_ID_PATTERN, `${ACCOUNT_ID_FORM}; accounts in @cash and @fx open by themselves`],
  [KEY_NAME_PATTERN, 'must be 1 to 64 letters, digits or . _ - that begin with a letter or digit'],
  [
    ACCOUNT_GRANT_PATTERN,
    'must be the id of an account, or how ids begin with * behind it, such as shop-7:*',
  ],
]);

/** Of an operation that is looked for: those that the bank makes by itself have ids of version 8, which no client can send. */
export const AnyOperationId = Type.String({
  pattern: ANY_UUID_PATTERN,
  description:
    'The id of an operation: the UUID that a client made, or of version 8 for what the bank did by itself.',
  examples: ['01890a5d-ac96-774b-bcce-b302099a8057'],
});

export const OperationId = Type.String({
  pattern: UUID_PATTERN,
  description: 'A UUID made by the client; version 7 preferred. The same id never takes effect twice.',
  examples: ['01890a5d-ac96-774b-bcce-b302099a8057'],
});

/** An id as the bank keeps it: clients may write theirs in capitals, and inside there is one spelling of each (I2). */
export const KeptOperationId = Type.String({ pattern: LOWER_CASE_UUID_PATTERN });

export const AccountId = Type.String({
  pattern: ACCOUNT_ID_PATTERN,
  description:
    'Letters, digits and `. _ : -`, 64 at most. Accounts that start with `@` belong to the bank and may go negative.',
  examples: ['alice'],
});

/** An account that a client may open: the cash accounts open by themselves. */
export const OpenableAccountId = Type.String({
  ...AccountId,
  pattern: OPENABLE_ACCOUNT_ID_PATTERN,
});

export const Currency = Type.Enum([...CURRENCY_CODES], { description: 'ISO 4217 code.', examples: ['BRL'] });

export const Amount = Type.Integer({
  minimum: 1,
  maximum: MINOR_MAX,
  description: 'Whole minor units (cents).',
  examples: [10_000],
});

/** A sum of money that may be nothing. */
export const MinorAmount = Type.Integer({
  minimum: 0,
  maximum: MINOR_MAX,
  description: 'Whole minor units (cents).',
});

/** A balance: minor units, may be negative. */
export const Balance = Type.Integer({
  minimum: -MINOR_MAX,
  maximum: MINOR_MAX,
  description: 'Whole minor units (cents).',
});

export const OverdraftLimit = Type.Integer({
  minimum: 0,
  maximum: MINOR_MAX,
  description: 'How far below zero the account may go, in minor units.',
});

export const AccountName = Type.String({ minLength: 1, maxLength: 200, pattern: ONE_LINE });

export const Description = Type.String({ maxLength: 500, pattern: ONE_LINE });

export const MetadataValue = Type.String({ maxLength: 500, pattern: ONE_LINE });

/** Not `__proto__`: many a JSON reader, ours too, refuses it for what it can do to objects. */
const METADATA_KEY_PATTERN = '^(?!__proto__$)[A-Za-z0-9_.:-]{1,64}$';

export const Metadata = Type.Record(Type.String({ pattern: METADATA_KEY_PATTERN }), MetadataValue, {
  maxProperties: 50,
  additionalProperties: false,
  description: 'Up to 50 texts of yours, kept with the operation.',
});

export const Instant = Type.String({
  format: 'date-time',
  description: 'RFC 3339, UTC.',
  examples: ['2026-11-22T12:00:00.000Z'],
});

const RATE_PATTERN = '^(?!0+(\\.0+)?$)[0-9]{1,12}(\\.[0-9]{1,12})?$';

export const ExchangeRate = Type.String({
  pattern: RATE_PATTERN,
  description: 'Units of the currency that is bought for one unit of the one that is sold, as decimal text.',
  examples: ['0.1841'],
});

export const EffectiveAt = Type.String({
  ...Instant,
  description: 'Value date: from when the movement counts in the books. The bank does not act on it.',
});

/** 10 years: what is reserved for longer is no hold. */
const HOLD_SECONDS_MAX = 315_360_000;

export const ExpiresIn = Type.Integer({
  minimum: 1,
  maximum: HOLD_SECONDS_MAX,
  description: 'Seconds from its posting until the bank releases the hold by itself. Absent: never.',
  examples: [604_800],
});

export const FreezeSide = Type.Enum([...SIDES], {
  description: 'Which movements are stopped: out of the account, into it, or both.',
});

export const BUSINESS_ID_PATTERN = '^[A-Za-z0-9._-]{1,64}$';

/** Name of a business service. */
export const BusinessId = Type.String({ pattern: BUSINESS_ID_PATTERN });

/** Name of the API key that sent an operation. */
export const SenderName = Type.String({ pattern: SENDER_NAME_PATTERN });

/** What a UUID looks like: one of these versions, written in these digits, of the variant that these stand for. */
function uuidPattern(versions: string, digits: string, variants: string): string {
  const some = (count: number): string => `[${digits}]{${count}}`;
  return `^${some(8)}-${some(4)}-[${versions}]${some(3)}-[${variants}]${some(3)}-${some(12)}$`;
}
