import { once } from 'node:events';
import { createLogger, type RunningService, stopWithProcess } from '@lastro/service';
import type { ChildMessage } from './child.ts';

const STOP_TIMES = { deadlineMs: 15_000, delayMs: 0 };

/**
 * The whole of a service's process: takes its settings from the bench as the first message, starts, says where it
 * answers, and stops when it is told to or when the bench is gone.
 */
export async function serve<Settings>(
  name: string,
  start: (settings: Settings) => Promise<RunningService>,
): Promise<void> {
  const tell = (message: ChildMessage): void => void process.send?.(message);
  const [settings] = (await once(process, 'message')) as [Settings];
  try {
    const running = await start(settings);
    stopWithProcess(running, createLogger(name, 'warn'), STOP_TIMES);
    tell({ url: running.url });
  } catch (error) {
    tell({ fault: error instanceof Error ? error.message : String(error) });
    process.exitCode = 1;
    process.disconnect();
  }
}
