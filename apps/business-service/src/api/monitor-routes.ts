import {
  Monitor,
  MonitorListQuery,
  MonitorPage,
  MonitorRequest,
  type SubmittedMonitor,
  SubscriptionParams,
} from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import { Type } from 'typebox';
import { uuidv7 } from 'uuidv7';
import { senderOf } from '../access/customers.ts';
import { CHANGE_PROBLEMS, describe, json, problems, READ_PROBLEMS } from './documentation.ts';
import { addLedgerReads } from './ledger-read-routes.ts';
import type { LedgerReads } from './ledger-reads.ts';

/** Balance monitors. They are in the ledger's database; the id is made here, so that a request may reach it twice. */
export function addMonitorRoutes(app: HttpServer, ledger: LedgerReads): void {
  app.post(
    '/v1/monitors',
    {
      config: { scope: 'operate' },
      schema: {
        ...describe('Events', 'createMonitor', 'Watch a balance', [
          'From the next operation on: an event `balance.below` when the balance of the account comes to stand below the value and',
          'was not before, `balance.above` likewise.',
        ]),
        body: MonitorRequest,
        response: {
          201: json('It counts from here on.', Monitor),
          ...problems(...CHANGE_PROBLEMS, 'account_unknown', 'subscription_limit'),
        },
      },
    },
    (request, reply) => {
      const monitor: SubmittedMonitor = { id: uuidv7(), ...request.body };
      return ledger.passCall(reply, {
        method: 'POST',
        path: '/v1/monitors',
        body: Buffer.from(JSON.stringify(monitor)),
        by: senderOf(request).name,
      });
    },
  );

  addLedgerReads(app, ledger, [
    {
      path: '/v1/monitors',
      doc: describe('Events', 'listMonitors', 'List the balances that are watched', []),
      querystring: MonitorListQuery,
      answer: MonitorPage,
    },
  ]);

  app.delete(
    '/v1/monitors/:id',
    {
      config: { scope: 'operate' },
      schema: {
        ...describe('Events', 'deleteMonitor', 'Stop watching a balance', [
          'Events from before stay where they are: whoever reads them again sees the same.',
        ]),
        params: SubscriptionParams,
        response: {
          204: Type.Null({ description: 'It counts no more.' }),
          ...problems(...READ_PROBLEMS, 'monitor_not_found'),
        },
      },
    },
    async (request, reply) => {
      const path = `/v1/monitors/${request.params.id}`;
      await ledger.passCall(reply, { method: 'DELETE', path, by: senderOf(request).name });
    },
  );
}
