import swaggerUi from '@fastify/swagger-ui';
import type { HttpServer } from '@lastro/service';

/** Everything comes from this service, so the pages work without any other and under the strictest policy. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** GET /openapi.json, and /docs to browse it. */
export async function addDocsRoutes(app: HttpServer): Promise<void> {
  app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, () => app.swagger());
  await app.register(async (docs) => {
    docs.decorate('scopeOfPlugin', 'public');
    await docs.register(swaggerUi, {
      routePrefix: '/docs',
      staticCSP: CONTENT_SECURITY_POLICY,
      theme: { title: 'Lastro API' },
      uiConfig: { docExpansion: 'list', tryItOutEnabled: true, persistAuthorization: false },
    });
  });
}
