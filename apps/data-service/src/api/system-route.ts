import type { DataServiceReport } from '@lastro/contract';
import type { HttpServer } from '@lastro/service';
import type { SystemReport } from '../system/system-report.ts';

/** GET /v1/system: this service and the ledger, for the business services that somebody looks at. */
export function addSystemRoute(app: HttpServer, report: SystemReport): void {
  app.get('/v1/system', { config: { scope: 'read' } }, (): Promise<DataServiceReport> => report.look());
}
