import { createLogger, type RunningService, stopWithProcess } from '@lastro/service';

/** Starts a service and ties it to this process, and to the `lastro up` that started it, if one did. */
export async function runService(
  name: string,
  config: { readonly LASTRO_LOG_LEVEL: string; readonly LASTRO_SHUTDOWN_DEADLINE_MS: number },
  start: () => Promise<RunningService>,
): Promise<void> {
  const logger = createLogger(name, config.LASTRO_LOG_LEVEL);
  const hasParent = process.connected;
  const service = await start();
  if (hasParent && !process.connected) {
    // The parent died while this was starting: nobody is left to stop it later.
    await service.stop();
    return;
  }
  stopWithProcess(service, logger, config.LASTRO_SHUTDOWN_DEADLINE_MS);
}
