import {
  Play,
  PlayService,
  PlayServiceParams,
  PlaySimulation,
  PlaySimulationRequest,
  PlaySimulationStopQuery,
  type ProblemCode,
} from '@lastro/contract';
import { type HttpServer, type Logger, ProblemError } from '@lastro/service';
import { senderOf } from '../access/customers.ts';
import { describe, json, problems, withExamples } from '../api/documentation.ts';
import type { PlayControl } from './play-control.ts';

const ASKED = [
  'invalid_request',
  'unauthorized',
  'forbidden',
  'rate_limited',
  'headers_too_large',
  'internal_error',
  'play_unavailable',
  'play_busy',
  'stopping',
] as const satisfies readonly ProblemCode[];
const CHANGED = [...ASKED, 'play_refused'] as const satisfies readonly ProblemCode[];

/** /v1/play: what a bank of `lastro up` can be played with. Elsewhere the routes say that there is nothing. */
export function addPlayRoutes(app: HttpServer, control: PlayControl | undefined, logger: Logger): void {
  const play = (): PlayControl => {
    if (control === undefined) throw new ProblemError('play_unavailable');
    return control;
  };
  addLook(app, play);
  addSimulation(app, play, logger);

  app.post(
    '/v1/play/services/:name/:action',
    {
      config: { scope: 'admin' },
      schema: {
        ...describe('Play', 'actOnService', 'Kill, stop or start a part of the bank', [
          '`kill` is kill -9; it is started again by itself after some seconds. `stop` ends it in order and lasts until `start`.',
          'The business service that is asked cannot be stopped, since it could not be asked to start; killed, it answers before it goes.',
        ]),
        params: PlayServiceParams,
        response: {
          202: json('It is being done.', PlayService),
          ...problems(...CHANGED, 'play_service_not_found'),
        },
      },
    },
    async (request, reply) => {
      const { name, action } = request.params;
      const service = await play().act(name, action);
      logger.warn(
        { by: senderOf(request).name, service: name, action },
        'a part of the bank was played with',
      );
      return reply.code(202).send(service);
    },
  );
}

function addLook(app: HttpServer, play: () => PlayControl): void {
  app.get(
    '/v1/play',
    {
      config: { scope: 'admin' },
      schema: {
        ...describe('Play', 'getPlay', 'The simulated clients, and the parts of the bank', [
          'Only of a bank that `lastro up` runs.',
        ]),
        response: { 200: json('As it is now.', Play), ...problems(...ASKED) },
      },
    },
    () => play().look(),
  );
}

function addSimulation(app: HttpServer, play: () => PlayControl, logger: Logger): void {
  app.post(
    '/v1/play/simulation',
    {
      config: { scope: 'admin' },
      schema: {
        ...describe('Play', 'startSimulation', 'Start simulated clients', [
          'They open accounts of their own and move money between them for 10 minutes at most; then, or when they are stopped, every result, balance and cent is compared.',
          'One simulation at a time. It ends with `lastro up`.',
        ]),
        body: withExamples(PlaySimulationRequest, [{ clients: 20, operationsPerSecond: 500 }]),
        response: {
          202: json('They start.', PlaySimulation),
          ...problems(
            ...CHANGED,
            'invalid_json',
            'body_too_large',
            'unsupported_media_type',
            'request_timeout',
          ),
        },
      },
    },
    async (request, reply) => {
      const simulation = await play().start(request.body);
      logger.warn({ by: senderOf(request).name, ...request.body }, 'simulated clients were started');
      return reply.code(202).send(simulation);
    },
  );

  app.delete(
    '/v1/play/simulation',
    {
      config: { scope: 'admin' },
      schema: {
        ...describe('Play', 'stopSimulation', 'Stop the simulated clients', [
          'Nothing more is sent, and everything is compared. One that has ended stays as it ended.',
        ]),
        querystring: PlaySimulationStopQuery,
        response: { 202: json('They stop.', PlaySimulation), ...problems(...CHANGED) },
      },
    },
    async (request, reply) => {
      const simulation = await play().stop(request.query.check);
      logger.warn({ by: senderOf(request).name }, 'simulated clients were stopped');
      return reply.code(202).send(simulation);
    },
  );
}
