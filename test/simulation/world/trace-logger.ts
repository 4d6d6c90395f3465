import type { Logger } from '@lastro/service';
import type { World } from './world.ts';

/** A logger whose warnings and errors are part of the trace. */
export function traceLogger(world: World, name: string): Logger {
  const line = (fields: object, message: string) => {
    const { err, why } = fields as { err?: unknown; why?: unknown };
    const cause = err instanceof Error ? ` ${err.name}: ${err.message}` : '';
    world.trace.event(`${name} logs: ${message}${cause}${typeof why === 'string' ? ` ${why}` : ''}`);
  };
  const silent = () => undefined;
  return { fatal: line, error: line, warn: line, info: silent, debug: silent } as unknown as Logger;
}
