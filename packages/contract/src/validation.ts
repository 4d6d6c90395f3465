import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsModule from 'ajv-formats';
import type { TSchema } from 'typebox';
import { SUBMITTED_OPERATIONS, type SubmittedOperation } from './batch.ts';
import { describeFault } from './describe-fault.ts';
import { OPERATION_REQUESTS, type OperationRequest } from './operation.ts';

// The package's types describe a default export that Node finds one level deeper.
const addFormats = formatsModule.default;

/**
 * For bodies: what is not exactly right is refused, and nothing is changed or dropped on the way in. That our schemas are
 * schemas is tested, and not looked at again by every process that starts.
 */
const strictAjv = new Ajv2020({
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  strict: false,
  validateSchema: false,
});

/** For paths and query strings, where everything arrives as text. */
const textAjv = new Ajv2020({
  coerceTypes: true,
  removeAdditional: false,
  useDefaults: true,
  strict: false,
  validateSchema: false,
});

const dateTime = addFormats.get('date-time') as { readonly validate: (text: string) => boolean };

let lastInstant: string | undefined;

/** RFC 3339 knows a second 60, which no clock here can hold: such an instant would come out as another. */
function isInstant(text: string): boolean {
  // Operations of one batch were accepted at few instants, and this is half the cost of checking one.
  if (text === lastInstant) return true;
  const valid = dateTime.validate(text) && !Number.isNaN(Date.parse(text));
  if (valid) lastInstant = text;
  return valid;
}

strictAjv.addFormat('date-time', isInstant);
textAjv.addFormat('date-time', isInstant);

/** Compiles a schema for the part of a request that it describes; the validator compiler of both servers. */
export function compileSchema(schema: TSchema, httpPart: string | undefined): ValidateFunction {
  return (httpPart === 'body' ? strictAjv : textAjv).compile(schema);
}

/** Whether a value is what `schema` describes. Compiled when that is first asked: most processes never do. */
export function conformsTo(schema: TSchema): (value: unknown) => boolean {
  let validate: ValidateFunction | undefined;
  return (value) => (validate ??= compileSchema(schema, 'body'))(value);
}

export type Validation<Value> = { readonly value: Value } | { readonly error: string };

/** Checks one operation of POST /v1/operations; `error` is a sentence that begins with `where`, and `index` where that is given. */
export const validateOperationRequest = validatorByType<OperationRequest>(OPERATION_REQUESTS);

/** Checks one operation of POST /v1/batches. */
export const validateSubmittedOperation = validatorByType<SubmittedOperation>(SUBMITTED_OPERATIONS);

/**
 * A validator that looks at `type` first, so that a fault is named for the one type that was meant. Each is compiled when
 * the first of its type comes.
 */
function validatorByType<Value>(schemas: Readonly<Record<string, TSchema>>) {
  const validators = new Map<string, ValidateFunction<Value>>();
  const validatorOf = (type: string) => {
    const known = validators.get(type);
    if (known !== undefined || !Object.hasOwn(schemas, type)) return known;
    const made = strictAjv.compile<Value>(schemas[type]!);
    validators.set(type, made);
    return made;
  };
  const types = Object.keys(schemas).join(', ');
  return (candidate: unknown, where: string, index?: number): Validation<Value> => {
    const isObject = typeof candidate === 'object' && candidate !== null && !Array.isArray(candidate);
    const type = isObject ? (candidate as { readonly type?: unknown }).type : undefined;
    const validate = typeof type === 'string' ? validatorOf(type) : undefined;
    if (validate?.(candidate) === true) return { value: candidate };
    // Said only now: nearly all are right, and each sentence would cost as much as the check.
    const place = index === undefined ? where : `${where}/${index}`;
    if (!isObject) return { error: `${place} must be an object` };
    if (validate === undefined) return { error: `${place}/type must be one of ${types}` };
    return { error: describeFault(validate.errors?.[0], place) };
  };
}
