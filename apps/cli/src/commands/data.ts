import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { runService } from '../run-service.ts';

/** `lastro data`: one data service in this process, for deployments of your own. */
export function register(program: Command, { env }: CommandContext): void {
  program
    .command('data')
    .description(
      'run one data service, with its settings from the environment (DATABASE_URL, LASTRO_PORT, ...)',
    )
    .action(async () => {
      const { dataServiceConfig, startDataService } = await import('@lastro/data-service');
      await runService('data-service', dataServiceConfig(env), () => startDataService(env));
    });
}
