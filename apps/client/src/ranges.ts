import { ClientSettingsError } from './client-settings-error.ts';

/** What settings may be: least and most of each. */
export type Ranges<Name extends string> = Readonly<Record<Name, readonly [number, number]>>;

/** @throws ClientSettingsError that names the setting and what it may be. */
export function checkRanges<Name extends string>(
  settings: Readonly<Record<NoInfer<Name>, number>>,
  ranges: Ranges<Name>,
): void {
  for (const [name, [min, max]] of Object.entries<readonly [number, number]>(ranges)) {
    const value = settings[name as Name];
    if (!Number.isSafeInteger(value) || value < min || value > max) {
      throw new ClientSettingsError(`${name} must be a whole number from ${min} to ${max}, and is ${value}`);
    }
  }
}
