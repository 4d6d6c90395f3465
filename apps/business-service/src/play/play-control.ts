import type {
  Play,
  PlayService,
  PlayServiceParams,
  PlaySimulation,
  PlaySimulationRequest,
} from '@lastro/contract';

/**
 * What a bank can be played with: simulated clients, and its own parts to kill, stop and start. Whoever started this
 * service does it all. Every call throws a ProblemError: `play_busy` when there is no answer (and it may have been
 * done), `play_unavailable` when the one who does it is gone, or what it refused with.
 */
export interface PlayControl {
  look(): Promise<Play>;
  /** @throws ProblemError also `play_refused`: some run already; `invalid_request`: past a limit. */
  start(request: PlaySimulationRequest): Promise<PlaySimulation>;
  /** Ends the simulated clients: with the check of every cent, or at once. @throws ProblemError also `play_refused`. */
  stop(check: boolean): Promise<PlaySimulation>;
  /** @throws ProblemError also `play_service_not_found`, `play_refused`. */
  act(name: string, action: PlayServiceParams['action']): Promise<PlayService>;
}
