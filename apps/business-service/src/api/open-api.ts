import { readFileSync } from 'node:fs';
import {
  CaptureRequest,
  CloseRequest,
  ExchangeRequest,
  FreezeRequest,
  Hold,
  HoldPage,
  HoldRequest,
  ReversalRequest,
  Reversals,
  UpdateAccountRequest,
  VoidRequest,
  Account,
  AccountBalance,
  AccountPage,
  Currency,
  AuditEvent,
  AuditPage,
  DeadLetter,
  DeadLetterPage,
  DepositRequest,
  IssuedKey,
  Key,
  KeyPage,
  NewKey,
  Event,
  EventId,
  Monitor,
  MonitorPage,
  OpenAccountRequest,
  Operation,
  OPERATION_REQUESTS,
  OperationId,
  OperationPage,
  OperationRequest,
  OperationsAnswer,
  OperationsRequest,
  Problem,
  Schedule,
  SchedulePage,
  ScheduleRequest,
  Statement,
  StatementEntry,
  BusinessServiceState,
  CommittedBatch,
  CommittedBatchPage,
  CommittedBatchWithOperations,
  DataServiceReport,
  DataServiceState,
  LedgerPosition,
  MoneyCheck,
  Play,
  PlayService,
  PlaySimulation,
  PlaySimulationRequest,
  System,
  SystemSample,
  Verification,
  VerificationRequest,
  TransferRequest,
  TrialBalance,
  Webhook,
  WebhookDeadLetter,
  WebhookDeadLetterPage,
  WebhookList,
  WebhookRequest,
  CreatedWebhook,
  WithdrawalRequest,
} from '@lastro/contract';
import swagger from '@fastify/swagger';
import type { HttpServer } from '@lastro/service';
import type { FastifyContextConfig } from 'fastify';
import { type TSchema, Type } from 'typebox';

/** What the document names and refers to, rather than say it again at every place. */
const COMPONENTS: Readonly<Record<string, TSchema>> = {
  Currency,
  Problem,
  OpenAccountRequest,
  DepositRequest,
  WithdrawalRequest,
  TransferRequest,
  ExchangeRequest,
  HoldRequest,
  CaptureRequest,
  VoidRequest,
  ReversalRequest,
  FreezeRequest,
  CloseRequest,
  UpdateAccountRequest,
  OpenRequestItem: OPERATION_REQUESTS.open,
  DepositRequestItem: OPERATION_REQUESTS.deposit,
  WithdrawalRequestItem: OPERATION_REQUESTS.withdrawal,
  TransferRequestItem: OPERATION_REQUESTS.transfer,
  HoldRequestItem: OPERATION_REQUESTS.hold,
  CaptureRequestItem: OPERATION_REQUESTS.capture,
  VoidRequestItem: OPERATION_REQUESTS.void,
  ReversalRequestItem: OPERATION_REQUESTS.reversal,
  FreezeRequestItem: OPERATION_REQUESTS.freeze,
  UnfreezeRequestItem: OPERATION_REQUESTS.unfreeze,
  CloseRequestItem: OPERATION_REQUESTS.close,
  UpdateRequestItem: OPERATION_REQUESTS.update,
  OperationRequest,
  OperationsRequest,
  Operation,
  OperationsAnswer,
  OperationPage,
  Hold,
  HoldPage,
  Reversals,
  ScheduleRequest,
  Schedule,
  SchedulePage,
  Account,
  AccountPage,
  AccountBalance,
  StatementEntry,
  Statement,
  TrialBalance,
  DeadLetter,
  DeadLetterPage,
  NewKey,
  Key,
  IssuedKey,
  KeyPage,
  AuditEvent,
  AuditPage,
  Event,
  Monitor,
  MonitorPage,
  WebhookRequest,
  Webhook,
  CreatedWebhook,
  WebhookList,
  WebhookDeadLetter,
  WebhookDeadLetterPage,
  SystemSample,
  BusinessServiceState,
  LedgerPosition,
  MoneyCheck,
  DataServiceReport,
  DataServiceState,
  System,
  VerificationRequest,
  Verification,
  CommittedBatch,
  CommittedBatchPage,
  CommittedBatchWithOperations,
  PlaySimulationRequest,
  PlaySimulation,
  PlayService,
  Play,
};

const IdempotencyKey = Type.String({
  ...OperationId,
  description:
    'The id of the operation: the same id never takes effect twice. It must agree with an id in the body.',
});
const Prefer = Type.String({
  description: '`wait=SECONDS`: hold the answer for the final result. `respond-async`: do not (RFC 7240).',
  examples: ['wait=5'],
});

const Traceparent = Type.String({
  description:
    'The span of the caller that this is a part of (W3C Trace Context): where traces are on and its trace is recorded, the bank goes on with it. Anything else is ignored.',
  examples: ['00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'],
});

const LastEventId = Type.String({
  ...EventId,
  description: 'The id of the last event that was seen: the stream goes on after it, whatever `after` says.',
});

/** Makes the OpenAPI document from the schemas of the routes that are added to `app` afterwards. */
export async function addOpenApi(app: HttpServer): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Lastro',
        version: packageVersion(),
        description:
          'A bank. Amounts are whole minor units (cents). An operation is accepted once it is on disk, and takes ' +
          'effect exactly once however often it is sent. Every error is a problem (RFC 9457) with a stable `code`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/', description: 'This business service' }],
      security: [{ bearer: [] }],
      components: {
        securitySchemes: {
          bearer: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A key of the bank, or a token of its identity provider. Each call names the least scope that it needs: `read`, `operate` or `admin`.',
          },
        },
        schemas: withPropertyNames(COMPONENTS) as never,
      },
      tags: [
        { name: 'Accounts' },
        { name: 'Operations', description: 'Money that moves, and how it stands.' },
        { name: 'Holds', description: 'Money that is reserved first and paid later.' },
        { name: 'Schedules', description: 'Operations for a later time.' },
        { name: 'Ledger' },
        { name: 'Events', description: 'What the ledger does, told as it happens.' },
        { name: 'Webhooks', description: 'Events that are sent to URLs. For administrators.' },
        { name: 'System', description: 'How the bank is: what the console shows.' },
        { name: 'Play', description: 'Load and kill a bank that `lastro up` runs. For administrators.' },
        { name: 'Dead letters', description: 'For administrators.' },
        { name: 'Keys', description: 'Who may do what. For administrators.' },
      ],
    },
    convertConstToEnum: false,
    transform: ({ schema, url, route }) => ({
      schema: withPropertyNames({
        ...schema,
        ...documentedHeaders(route.config),
        // The least scope that a key needs, as OpenAPI 3.1 names a role.
        security: [{ bearer: [route.config?.scope ?? ''] }],
      }) as typeof schema,
      url,
    }),
    transformObject: (documents) =>
      referToComponents((documents as { openapiObject: OpenApiDocument }).openapiObject),
  });
}

/** Headers are read leniently, so they are documented here and not validated. */
function documentedHeaders(config: FastifyContextConfig | undefined): object {
  if (config?.resumesEvents) {
    return { headers: Type.Object({ 'last-event-id': Type.Optional(LastEventId) }) };
  }
  if (config?.takesOperation) {
    return {
      headers: Type.Object({
        'idempotency-key': Type.Optional(IdempotencyKey),
        prefer: Type.Optional(Prefer),
        traceparent: Type.Optional(Traceparent),
      }),
    };
  }
  if (config?.takesSchedule) {
    return { headers: Type.Object({ 'idempotency-key': Type.Optional(IdempotencyKey) }) };
  }
  if (!config?.takesOperations) return {};
  return {
    headers: Type.Object({ prefer: Type.Optional(Prefer), traceparent: Type.Optional(Traceparent) }),
  };
}

interface PatternProperties {
  readonly patternProperties?: Readonly<Record<string, unknown>>;
}

/** Says in `propertyNames` what the plugin would drop: the pattern that the names of a record's fields follow. */
function withPropertyNames(node: unknown): unknown {
  if (typeof node !== 'object' || node === null) return node;
  if (Array.isArray(node)) return node.map(withPropertyNames);
  const { patternProperties } = node as PatternProperties;
  const [pattern] = Object.keys(patternProperties ?? {});
  return {
    ...Object.fromEntries(Object.entries(node).map(([key, value]) => [key, withPropertyNames(value)])),
    ...(pattern === undefined ? {} : { propertyNames: { pattern } }),
  };
}

interface OpenApiDocument {
  readonly paths?: unknown;
  readonly components?: { readonly schemas?: Readonly<Record<string, unknown>> };
}

/** The same document with a `$ref` wherever a component stands written out. */
function referToComponents(document: OpenApiDocument): never {
  const schemas = document.components?.schemas ?? {};
  const nameByText = new Map(Object.entries(schemas).map(([name, schema]) => [JSON.stringify(schema), name]));
  const refer = (node: unknown, isComponent: boolean): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    const name = isComponent ? undefined : nameByText.get(JSON.stringify(node));
    if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
    if (Array.isArray(node)) return node.map((item) => refer(item, false));
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, refer(value, false)]));
  };
  const referring = Object.entries(schemas).map(([name, schema]) => [name, refer(schema, true)]);
  return {
    ...document,
    paths: refer(document.paths, false),
    components: { ...document.components, schemas: Object.fromEntries(referring) as object },
  } as never;
}

function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
