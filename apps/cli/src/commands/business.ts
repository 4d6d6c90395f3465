import { stopTimes } from '@lastro/service';
import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { fromUp } from '../play/from-up.ts';
import { runService } from '../run-service.ts';

interface Flags {
  readonly allowUnsafe?: boolean;
  readonly fromUp?: boolean;
}

/** `lastro business`: one business service in this process, for deployments of your own. */
export function register(program: Command, { env }: CommandContext): void {
  program
    .command('business')
    .description(
      'run one business service, with its settings from the environment (LASTRO_DATA_URL, LASTRO_PORT, ...)',
    )
    .option('--allow-unsafe', 'only warn where RabbitMQ is set up so that promises do not hold')
    .addOption(fromUp())
    .action(async ({ allowUnsafe = false, fromUp: isFromUp = false }: Flags) => {
      const { businessServiceConfig, startBusinessService } = await import('@lastro/business-service');
      const { PlayChannel } = await import('../play/play-channel.ts');
      const play = isFromUp && process.send !== undefined ? new PlayChannel(process) : undefined;
      const settings = allowUnsafe ? { ...env, LASTRO_ALLOW_UNSAFE: 'true' } : env;
      const config = businessServiceConfig(settings);
      const times = { ...stopTimes(config), drainMaxMs: config.LASTRO_SHUTDOWN_DRAIN_MAX_MS };
      await runService('business-service', config, times, () => startBusinessService(settings, play));
    });
}
