import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsModule from 'ajv-formats';
import type { TSchema } from 'typebox';
import { SUBMITTED_OPERATIONS, type SubmittedOperation } from './batch.ts';
import { describeFault } from './describe-fault.ts';
import { OPERATION_REQUESTS, type OperationRequest } from './operation.ts';

// The package's types describe a default export that Node finds one level deeper.
const addFormats = formatsModule.default;

/** For bodies: what is not exactly right is refused, and nothing is changed or dropped on the way in. */
const strictAjv = new Ajv2020({
  coerceTypes: false,
  removeAdditional: false,
  useDefaults: false,
  strict: false,
});

/** For paths and query strings, where everything arrives as text. */
const textAjv = new Ajv2020({ coerceTypes: true, removeAdditional: false, useDefaults: true, strict: false });

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

export type Validation<Value> = { readonly value: Value } | { readonly error: string };

/** Checks one operation of POST /v1/operations; `error` is a sentence that begins with `where`. */
export const validateOperationRequest = validatorByType<OperationRequest>(OPERATION_REQUESTS);

/** Checks one operation of POST /v1/batches. */
export const validateSubmittedOperation = validatorByType<SubmittedOperation>(SUBMITTED_OPERATIONS);

/** A validator that looks at `type` first, so that a fault is named for the one type that was meant. */
function validatorByType<Value>(schemas: Readonly<Record<string, TSchema>>) {
  const validators = new Map(
    Object.entries(schemas).map(([type, schema]) => [type, strictAjv.compile<Value>(schema)]),
  );
  const types = [...validators.keys()].join(', ');
  return (candidate: unknown, where: string): Validation<Value> => {
    if (typeof candidate !== 'object' || candidate === null || Array.isArray(candidate)) {
      return { error: `${where} must be an object` };
    }
    const validate = validators.get((candidate as { type?: string }).type ?? '');
    if (validate === undefined) return { error: `${where}/type must be one of ${types}` };
    return validate(candidate) ? { value: candidate } : { error: describeFault(validate.errors?.[0], where) };
  };
}
