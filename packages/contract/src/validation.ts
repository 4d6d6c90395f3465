import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import formatsModule from 'ajv-formats';
import type { TSchema } from 'typebox';
import { SUBMITTED_OPERATIONS, type SubmittedOperation } from './batch.ts';
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
addFormats(strictAjv);

/** For paths and query strings, where everything arrives as text. */
const textAjv = new Ajv2020({ coerceTypes: true, removeAdditional: false, useDefaults: true, strict: false });
addFormats(textAjv);

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
    if (typeof candidate !== 'object' || candidate === null) return { error: `${where} must be an object` };
    const validate = validators.get((candidate as { type?: string }).type ?? '');
    if (validate === undefined) return { error: `${where}/type must be one of ${types}` };
    return validate(candidate) ? { value: candidate } : { error: describeFault(validate.errors?.[0], where) };
  };
}

/** One sentence for the first fault that the validator found, for people: `body/amount must be integer`. */
export function describeFault(fault: ErrorObject | undefined, where: string): string {
  if (fault === undefined) return `${where} is not valid`;
  const place = `${where}${fault.instancePath}`;
  switch (fault.keyword) {
    case 'additionalProperties':
      return `${place} has an unknown field '${String(fault.params['additionalProperty'])}'`;
    case 'enum':
      return `${place} is not one of the values allowed here`;
    case 'pattern':
      return `${place} has characters or a form that are not allowed here`;
    default:
      return `${place} ${fault.message ?? 'is not valid'}`;
  }
}
