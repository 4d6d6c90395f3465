import fc, { type Arbitrary } from 'fast-check';

/** The part of JSON Schema that the description of the API uses. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'boolean' | 'null';
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly propertyNames?: Schema;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

const ITEMS_MAX = 5;
const TEXT_LENGTH_MAX = 50;

/** Anything that fits a schema. Examples in it come often, so that requests meet the same accounts and ids. */
export function arbitraryOf(schema: Schema): Arbitrary<unknown> {
  const any = anythingOf(schema);
  return schema.examples === undefined ? any : fc.oneof(fc.constantFrom(...schema.examples), any);
}

function anythingOf(schema: Schema): Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf));
  switch (schema.type) {
    case 'object':
      return objectOf(schema);
    case 'array':
      return fc.array(arbitraryOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(ITEMS_MAX, schema.maxItems ?? ITEMS_MAX),
      });
    case 'string':
      return textOf(schema);
    case 'integer':
      return wholeNumberOf(schema);
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}

function objectOf({
  properties = {},
  required = [],
  additionalProperties,
  propertyNames,
}: Schema): Arbitrary<unknown> {
  if (typeof additionalProperties === 'object') {
    return fc.dictionary(
      textOf(propertyNames ?? {}),
      arbitraryOf(additionalProperties) as Arbitrary<string>,
      {
        maxKeys: ITEMS_MAX,
      },
    );
  }
  const fields = Object.entries(properties).map(([name, schema]) => [name, arbitraryOf(schema)] as const);
  return fc.record(Object.fromEntries(fields), { requiredKeys: [...required] });
}

function textOf({ pattern, format, minLength = 0, maxLength = TEXT_LENGTH_MAX }: Schema): Arbitrary<string> {
  const length = { minLength, maxLength: Math.min(maxLength, TEXT_LENGTH_MAX) };
  if (format === 'date-time') return fc.date(INSTANTS).map((date) => date.toJSON());
  if (pattern === undefined) return fc.string(length);
  const fits = new RegExp(pattern, 'u');
  if (pattern.includes('\\p{'))
    return fc.string({ unit: 'grapheme', ...length }).filter((text) => fits.test(text));
  // The generator cannot look ahead; what it must not give is filtered out.
  return fc
    .stringMatching(new RegExp(pattern.replaceAll(/\(\?!(?:[^()]|\([^()]*\))*\)/g, '')))
    .filter((text) => fits.test(text));
}

/** RFC 3339 has four digits for the year. */
const INSTANTS = {
  noInvalidDate: true,
  min: new Date('0000-01-01T00:00:00Z'),
  max: new Date('9999-12-31T23:59:59Z'),
};

function wholeNumberOf({ minimum = Number.MIN_SAFE_INTEGER, maximum = Number.MAX_SAFE_INTEGER }: Schema) {
  const small = Math.min(maximum, Math.max(minimum, 0) + 1000);
  return fc.oneof(fc.integer({ min: minimum, max: maximum }), fc.integer({ min: minimum, max: small }));
}
