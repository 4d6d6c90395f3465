import { createLogger, type RunningService, stopWithProcess, type StopTimes } from '@lastro/service';

/** Starts a service and ties it to this process, and to the `lastro up` that started it, if one did. */
export async function runService(
  name: string,
  config: { readonly LASTRO_LOG_LEVEL: string },
  times: StopTimes,
  start: () => Promise<RunningService>,
): Promise<void> {
  const logger = createLogger(name, config.LASTRO_LOG_LEVEL);
  stopWithProcess(await start(), logger, times);
}

/** Ends this process when the `lastro up` that started it is gone, however that died: nobody would stop it any more. */
export function endWithParent(): void {
  if (process.connected !== true) return;
  process.once('disconnect', () => process.exit(1));
  // Waiting for it must not keep the process alive when its work is done.
  process.channel?.unref();
}
