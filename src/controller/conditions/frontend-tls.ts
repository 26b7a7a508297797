import type { Condition } from './condition.ts';
import type { Say } from './document-conditions.ts';
import { type Fields, fieldsOf, listOf } from './fields.ts';

const frontend = 'spec.tls.frontend.';

/** Where a Gateway says which certificates clients may show on a listener: what is wrong there is wrong with it. */
export function frontendOf(listener: Fields, gateway: Fields): string | undefined {
  if (listener.protocol !== 'HTTPS') return undefined;
  const ports = listOf(fieldsOf(fieldsOf(gateway.tls).frontend).perPort);
  const index = ports.findIndex(({ port }) => port === listener.port);
  return index < 0 ? `${frontend}default.` : `${frontend}perPort[${index}].`;
}

/** In the words of Gateway API; nothing for what stands elsewhere. */
export function reasonInFrontend(path: string, reason: string | undefined): string | undefined {
  if (!path.startsWith(frontend)) return undefined;
  return reason === 'InvalidKind' ? 'InvalidCACertificateKind' : 'InvalidCACertificateRef';
}

/** Gateway API wants it told, since whoever reads of client certificates expects that others are kept out. */
export function insecureFrontend(say: Say, gateway: Fields): Condition[] {
  const written = fieldsOf(fieldsOf(gateway.tls).frontend);
  const rules = [fieldsOf(written.default), ...listOf(written.perPort).map((port) => fieldsOf(port.tls))];
  const isInsecure = rules.some(({ validation }) => fieldsOf(validation).mode === 'AllowInsecureFallback');
  if (!isInsecure) return [];
  const message = 'AllowInsecureFallback lets in whoever shows no certificate, or one that nobody known has signed.';
  return [say('InsecureFrontendValidationMode', 'True', 'ConfigurationChanged', message)];
}
