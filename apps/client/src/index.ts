export { ClientSettingsError } from './client-settings-error.ts';
export { OpeningError } from './simulate/open-accounts.ts';
export { JsonLinesDisplay, LiveDisplay, type Screen } from './simulate/progress-display.ts';
export { reportLines, type SimulationReport } from './simulate/report.ts';
export {
  checkSimulationSettings,
  parseMix,
  SIMULATION_DEFAULTS,
  type SimulationSettings,
} from './simulate/settings.ts';
export { simulate, type SimulationObserver, type SimulationProgress } from './simulate/simulate.ts';
