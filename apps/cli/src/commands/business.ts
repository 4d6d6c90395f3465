import { stopTimes } from '@lastro/service';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { fromUp } from '../play/from-up.ts';
import { runService } from '../run-service.ts';

/** `lastro business`: one business service in this process, for deployments of your own. */
export function register(program: Command, { env }: CommandContext): void {
  program
    .command('business')
    .description(
      'run one business service, with its settings from the environment (LASTRO_DATA_URL, LASTRO_PORT, ...)',
    )
    .addOption(fromUp())
    .action(async ({ fromUp: isFromUp = false }: { fromUp?: boolean }) => {
      const { businessServiceConfig, startBusinessService } = await import('@lastro/business-service');
      const { PlayChannel } = await import('../play/play-channel.ts');
      const play = isFromUp && process.send !== undefined ? new PlayChannel(process) : undefined;
      const config = businessServiceConfig(env);
      const times = { ...stopTimes(config), drainMaxMs: config.LASTRO_SHUTDOWN_DRAIN_MAX_MS };
      await runService('business-service', config, times, () => startBusinessService(env, play));
    });
}
