import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { runService } from '../run-service.ts';

/** `lastro business`: one business service in this process, for deployments of your own. */
export function register(program: Command, { env }: CommandContext): void {
  program
    .command('business')
    .description(
      'run one business service, with its settings from the environment (LASTRO_DATA_URL, LASTRO_PORT, ...)',
    )
    .action(async () => {
      const { businessServiceConfig, startBusinessService } = await import('@lastro/business-service');
      await runService('business-service', businessServiceConfig(env), () => startBusinessService(env));
    });
}
