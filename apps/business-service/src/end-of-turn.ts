/** Requests that have arrived together are handled in one turn of the event loop: what they are to share waits for it. */
export function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
