import type { IdentifiedRequest } from './operation-mix.ts';

/** One request to a business service. */
export interface RouteRequest {
  readonly method: 'POST' | 'PATCH';
  readonly path: string;
  readonly body: object;
}

/** The request to the route that is there for this type of operation alone; `undefined`: the SDK has a method for it. */
export function operationRoute(request: IdentifiedRequest): RouteRequest | undefined {
  switch (request.type) {
    case 'hold': {
      const { type: _, ...body } = request;
      return { method: 'POST', path: '/v1/holds', body };
    }
    case 'capture':
    case 'void': {
      const { type, hold, ...body } = request;
      return { method: 'POST', path: `/v1/holds/${hold}/${type}`, body };
    }
    case 'reversal': {
      const { type: _, operation, ...body } = request;
      return { method: 'POST', path: `/v1/operations/${operation}/reversal`, body };
    }
    case 'freeze':
    case 'unfreeze':
    case 'close': {
      const { type, account, ...body } = request;
      return { method: 'POST', path: `/v1/accounts/${encodeURIComponent(account)}/${type}`, body };
    }
    case 'update': {
      const { type: _, account, ...body } = request;
      return { method: 'PATCH', path: `/v1/accounts/${encodeURIComponent(account)}`, body };
    }
    default:
      return undefined;
  }
}
