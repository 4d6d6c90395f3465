import { DEFAULT_DATA_DIRECTORY, shownPath } from '../data-directory/paths.ts';
import type { RunningBank } from '../data-directory/running-bank.ts';
import type { UpPlan } from './up-plan.ts';

/** What `lastro up` says once all of it is ready: where everything is, and what to try. */
export function welcome(bank: RunningBank, plan: UpPlan, elapsedMs: number): string[] {
  const directory = shownPath(plan.paths.directory);
  const flag = directory === DEFAULT_DATA_DIRECTORY ? '' : ` --data-dir ${directory}`;
  return [
    '',
    `Lastro is ready (${(elapsedMs / 1000).toFixed(1)} s).`,
    '',
    ...bank.businessServices.map(
      (url, index) => `  ${index === 0 ? 'bank        ' : '            '}  ${url}`,
    ),
    `  data service  ${bank.dataService}`,
    `  key           ${shownPath(bank.keyFile)}`,
    ...(plan.verbose ? [] : [`  logs          ${shownPath(plan.paths.logs)}`]),
    '',
    'Try, in another terminal:',
    '',
    `  npx lastro account open alice${flag}`,
    `  npx lastro deposit alice 100${flag}`,
    `  npx lastro statement alice${flag}`,
    '',
    `Ctrl-C stops it; everything stays in ${directory}.`,
  ];
}
