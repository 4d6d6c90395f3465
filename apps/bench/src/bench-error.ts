/** The bench cannot go on, or was used wrongly. The message is one line for whoever runs it. */
export class BenchError extends Error {
  override readonly name = 'BenchError';
}
