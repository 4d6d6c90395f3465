import { type BusinessServiceConfig, dataServiceUrls, peerUrls } from '../config.ts';
import type { Intake } from '../intake.ts';
import type { OperationQueue } from '../queue/queue.ts';
import type { Activity } from './activity.ts';
import { DataServices } from './data-services.ts';
import { Peers } from './peers.ts';
import { Sampler } from './sampler.ts';
import { SelfReport } from './self-report.ts';
import { ServiceAsker } from './service-asker.ts';
import { SystemView } from './system-view.ts';

export interface OpenSystem {
  readonly view: SystemView;
  readonly dataServices: DataServices;
  close(): Promise<void>;
}

/** What the console is shown of the whole system, as the settings say. Nobody is asked until somebody looks. */
export function openSystem(
  config: BusinessServiceConfig,
  parts: {
    readonly intake: Intake;
    readonly queue: OperationQueue;
    readonly activity: Activity;
    readonly canPlay: boolean;
  },
): OpenSystem {
  const { intake, queue, activity } = parts;
  const sampler = new Sampler(
    activity,
    () => intake.acceptedCount,
    () => queue.depth,
  );
  const asker = new ServiceAsker({
    connectTimeoutMs: config.LASTRO_PEER_TIMEOUT_MS,
    timeoutMs: config.LASTRO_PEER_TIMEOUT_MS,
  });
  const ageMaxMs = config.LASTRO_SYSTEM_AGE_MAX_MS;
  const dataServices = new DataServices(dataServiceUrls(config), config.LASTRO_BUSINESS_KEY, asker, ageMaxMs);
  const view = new SystemView({
    self: new SelfReport({
      ...{ intake, queue, activity, sampler },
      id: config.LASTRO_BUSINESS_ID,
      queueDepthMax: config.LASTRO_QUEUE_DEPTH_MAX,
    }),
    peers: new Peers(config.LASTRO_BUSINESS_ID, peerUrls(config), asker, ageMaxMs),
    dataServices,
    play: parts.canPlay,
  });
  sampler.start();
  return {
    view,
    dataServices,
    close() {
      sampler.stop();
      return asker.close();
    },
  };
}
