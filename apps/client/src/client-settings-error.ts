/** A flag of `lastro simulate` or `lastro replay` is wrong. The message is one line for the user. */
export class ClientSettingsError extends Error {
  override readonly name = 'ClientSettingsError';
}
