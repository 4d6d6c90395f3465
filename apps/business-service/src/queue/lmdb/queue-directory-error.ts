/** The directory cannot be used by this process. The message is one line for the operator. */
export class QueueDirectoryError extends Error {
  override readonly name = 'QueueDirectoryError';
}
