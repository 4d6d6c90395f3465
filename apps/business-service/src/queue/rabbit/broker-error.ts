/** The broker cannot be used. The message is one line for the operator. */
export class QueueBrokerError extends Error {
  override readonly name = 'QueueBrokerError';
  /** Trying again cannot help: a setting is wrong, here or there. */
  readonly isLasting: boolean;
  /** Nothing was said in time: whatever was said before tells more. */
  readonly isSilence: boolean;

  constructor(
    message: string,
    options: { readonly isLasting: boolean; readonly isSilence?: boolean; readonly cause?: unknown },
  ) {
    super(message, { cause: options.cause });
    this.isLasting = options.isLasting;
    this.isSilence = options.isSilence ?? false;
  }
}
