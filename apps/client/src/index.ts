export { ClientSettingsError } from './client-settings-error.ts';
export { OpeningError } from './simulate/open-accounts.ts';
export { JsonLinesDisplay, LiveDisplay, type Screen } from './simulate/progress-display.ts';
export { discrepancyLine, reportLines, type SimulationReport } from './simulate/report.ts';
export {
  checkSimulationSettings,
  parseMix,
  SIMULATION_DEFAULTS,
  type SimulationSettings,
} from './simulate/settings.ts';
export { simulate, type SimulationObserver, type SimulationProgress } from './simulate/simulate.ts';
export { CsvFileError } from './csv-records.ts';
export { importFile, type ImportObserver, type ImportProgress } from './import/import-file.ts';
export { importReportLines, type ImportReport } from './import/report.ts';
export { IMPORT_DEFAULTS, type ImportSettings } from './import/settings.ts';
export { BankStalledError } from './final-sender.ts';
export { AccountTakenError } from './replay/open-accounts.ts';
export { RowsBar } from './rows-bar.ts';
export { replay, type ReplayObserver, type ReplayProgress } from './replay/replay.ts';
export { isExact, type ReplayReport, replayReportLines } from './replay/report.ts';
export { REPLAY_DEFAULTS, type ReplaySettings } from './replay/settings.ts';
