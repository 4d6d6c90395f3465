import { DryRunQuery } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import type { FastifyRequest } from 'fastify';
import type { OperationDoor } from '../intake.ts';

/** Which door the operations of a request go through: with `?dryRun=true` they are only tried. */
export type DoorOf = (request: FastifyRequest) => OperationDoor;

export function isDryRun(request: FastifyRequest): boolean {
  return (request.query as DryRunQuery | undefined)?.dryRun === true;
}

export function doorsOf(intake: OperationDoor, dryRun: OperationDoor): DoorOf {
  return (request) => (isDryRun(request) ? dryRun : intake);
}

/** Every route that takes operations takes `?dryRun` too. To be called before the routes are added. */
export function addDryRunQuery(app: HttpServer): void {
  app.addHook('onRoute', (route) => {
    const { takesOperation, takesOperations } = route.config ?? {};
    if (takesOperation || takesOperations) route.schema = { ...route.schema, querystring: DryRunQuery };
  });
}
