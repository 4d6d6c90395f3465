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
    ...(plan.console ? signIn(bank) : [`  key           ${shownPath(bank.keyFile)}`]),
    ...bank.businessServices.map(
      (url, index) => `  ${index === 0 ? 'bank        ' : '            '}  ${url}`,
    ),
    `  data service  ${bank.dataService}`,
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

/** The key itself is not shown: terminals are recorded, and looked at by others. */
function signIn(bank: RunningBank): string[] {
  return [
    `  console       ${bank.businessServices[0]!}`,
    `  key           ${shownPath(bank.keyFile)} (sign in to the console with what is in it)`,
    '',
  ];
}
