import { readFileSync } from 'node:fs';
import { describeRule, type Fault } from '@lastro/contract';
import { envSchema } from 'env-schema';
import type { Static, TObject } from 'typebox';

/** A setting is missing or wrong. The message is one line for the operator; the process should end with status 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads settings from `env` by a schema whose fields are the names of environment variables: the only
 * way settings come in. Text is turned into the schema's types; rubbish is an error and never a default.
 * What was found is never repeated: it may be a key in the wrong place. NAME_FILE gives setting NAME in a file, so that
 * a secret is in no environment: a line break at its end does not count.
 *
 * @throws ConfigError that names every variable that is wrong and what it must be.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<Static<Schema>> {
  const known = Object.keys(schema.properties).flatMap((name) => {
    const value = valueOf(name, env);
    return value === undefined ? [] : [[name, value] as const];
  });
  const empty = known.filter(([, value]) => value === '').map(([name]) => name);
  if (empty.length > 0) throw wrong(empty.map((name) => `${name} is empty; give it a value or remove it`));
  try {
    return Object.freeze(envSchema<Static<Schema>>({ schema, data: Object.fromEntries(known), env: false }));
  } catch (error) {
    const faults = (error as { errors?: readonly Fault[] }).errors;
    if (faults === undefined) throw error;
    throw wrong(faults.map((fault) => describeSetting(fault, schema)));
  }
}

/** The text of a setting: from the environment, or from the file that the environment names. */
function valueOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const file = env[`${name}_FILE`];
  if (file === undefined) return env[name];
  if (env[name] !== undefined) throw wrong([`${name} and ${name}_FILE are both set; remove one`]);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    throw wrong([`the file that ${name}_FILE names cannot be read (${code})`]);
  }
}

function wrong(sentences: readonly string[]): ConfigError {
  return new ConfigError(`settings are wrong: ${sentences.join('; ')}`);
}

function describeSetting(fault: Fault, schema: TObject): string {
  const missing = fault.keyword === 'required' ? String(fault.params['missingProperty']) : undefined;
  const name = missing ?? fault.instancePath.slice(1);
  const { description } = schema.properties[name] as { readonly description?: string };
  const meaning = description === undefined ? '' : ` (${description})`;
  if (missing !== undefined) return `${name} is not set${meaning}`;
  if (fault.keyword === 'pattern') return `${name} does not have the form that it needs${meaning}`;
  if (fault.keyword === 'type') return `${name} must be ${TYPES[String(fault.params['type'])] ?? 'text'}`;
  return `${name} ${describeRule(fault)}`;
}

const TYPES: Readonly<Record<string, string>> = {
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};
