import type { ErrorObject as Fault } from 'ajv';
import { CURRENCY_CODES } from './currency.ts';
import { EVENT_FORMS } from './event.ts';
import { FORMS as PRIMITIVE_FORMS } from './primitives.ts';

export type { Fault };

/** An unknown name is shown, so that a slip of the pen is found at once; a long or strange one is not repeated whole. */
const NAME_SHOWN_MAX = 60;
const VALUES_SHOWN_MAX = 12;

const FORMS: ReadonlyMap<string, string> = new Map([...PRIMITIVE_FORMS, ...EVENT_FORMS]);

/** One sentence for the first fault that the validator found, for people: `body/amount must be a whole number`. */
export function describeFault(fault: Fault | undefined, where: string): string {
  if (fault === undefined) return `${where} is not valid`;
  return `${where}${fault.instancePath} ${describeRule(fault)}`;
}

/** What the value at the fault's place must be or have: the sentence without its subject. */
export function describeRule(fault: Fault): string {
  return SENTENCES[fault.keyword]?.(fault) ?? fault.message ?? 'is not valid';
}

type Describe = (fault: Fault) => string | undefined;

const SENTENCES: Readonly<Record<string, Describe>> = {
  required: ({ params }) => `lacks the field "${String(params['missingProperty'])}"`,
  additionalProperties: ({ params, instancePath }) =>
    describeUnknown(String(params['additionalProperty']), instancePath),
  type: ({ params }) => `must be ${TYPES[String(params['type'])] ?? String(params['type'])}`,
  enum: ({ params }) => describeChoice(params['allowedValues'] as readonly unknown[]),
  pattern: ({ params }) =>
    FORMS.get(String(params['pattern'])) ?? 'has characters or a form that are not allowed here',
  format: ({ params }) =>
    params['format'] === 'date-time'
      ? 'must be an instant of RFC 3339, such as 2026-11-22T12:00:00Z'
      : undefined,
  minimum: ({ params }) => `must be ${params['limit']} or more`,
  maximum: ({ params }) => `must be ${params['limit']} or less`,
  minLength: ({ params }) => describeLeast(params['limit'], 'characters'),
  minItems: ({ params }) => describeLeast(params['limit'], 'items'),
  maxLength: ({ params }) => `must have at most ${params['limit']} characters`,
  maxItems: ({ params }) => `must have at most ${params['limit']} items`,
  maxProperties: ({ params }) => `must have at most ${params['limit']} entries`,
};

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number, without quotes or a fraction',
  number: 'a number, without quotes',
  string: 'text',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
};

function describeLeast(limit: unknown, counted: string): string {
  return limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} ${counted}`;
}

function describeUnknown(name: string, instancePath: string): string {
  const shown = JSON.stringify(name.length > NAME_SHOWN_MAX ? `${name.slice(0, NAME_SHOWN_MAX)}...` : name);
  return instancePath.endsWith('/metadata')
    ? `has the key ${shown}; a key is 1 to 64 letters, digits or _ . : -`
    : `has an unknown field ${shown}`;
}

function describeChoice(allowed: readonly unknown[]): string {
  if (allowed.length <= VALUES_SHOWN_MAX) return `must be one of ${allowed.join(', ')}`;
  return allowed.length === CURRENCY_CODES.length
    ? 'must be an ISO 4217 currency code, such as BRL'
    : 'is not one of the values allowed here';
}
