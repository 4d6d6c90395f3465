import { stopTimes } from '@lastro/service';
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
    .option('--allow-unsafe', 'only warn where PostgreSQL is set up so that promises do not hold')
    .action(async ({ allowUnsafe = false }: { readonly allowUnsafe?: boolean }) => {
      const { dataServiceConfig, startDataService } = await import('@lastro/data-service');
      const settings = allowUnsafe ? { ...env, LASTRO_ALLOW_UNSAFE: 'true' } : env;
      const config = dataServiceConfig(settings);
      await runService('data-service', config, stopTimes(config), () => startDataService(settings));
    });
}
