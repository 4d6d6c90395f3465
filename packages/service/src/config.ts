import { envSchema } from 'env-schema';
import type { Static, TObject } from 'typebox';

/** A setting is missing or wrong. The message is one line for the operator; the process should end with status 2. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads settings from `env` by a schema whose fields are the names of environment variables: the only
 * way settings come in. Text is turned into the schema's types; rubbish is an error and never a default.
 *
 * @throws ConfigError that names the variable and what it must be.
 */
export function loadConfig<Schema extends TObject>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<Static<Schema>> {
  const known = Object.entries(env).filter(([name, value]) => name in schema.properties && value !== '');
  try {
    return Object.freeze(envSchema<Static<Schema>>({ schema, data: Object.fromEntries(known), env: false }));
  } catch (error) {
    throw new ConfigError(`settings are wrong: ${describe(error)}`);
  }
}

function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message
    .replace(/^env\/?/, '')
    .replaceAll(', env/', ', ')
    .replaceAll(', env must', ', must');
}
