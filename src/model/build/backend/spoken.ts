import type { ServiceFacts, ServicePort } from '../surroundings.ts';

/**
 * What ports say that are surely not HTTP, by the names that IANA and people have for it. Any other word may be somebody's
 * own for HTTP, so it is called as that.
 */
const others: ReadonlySet<string> = new Set([
  ...['amqp', 'amqps', 'cassandra', 'domain', 'dns', 'ftp', 'imap', 'imaps', 'kafka', 'ldap', 'ldaps', 'memcache'],
  ...['memcached', 'mongo', 'mongodb', 'mqtt', 'ms-sql-s', 'mysql', 'nats', 'ntp', 'pop3', 'pop3s', 'postgres'],
  ...['postgresql', 'redis', 'rtsp', 'sip', 'smtp', 'smtps', 'ssh', 'telnet'],
]);

/** Why a port cannot be called, if it says so itself. */
export function unspoken({ appProtocol }: ServicePort): string | undefined {
  return appProtocol !== undefined && others.has(appProtocol.toLowerCase()) ? appProtocol : undefined;
}

/** What ports say that speak HTTP within TLS: `kubernetes.io/wss` of Kubernetes, and what people write. */
const withinTls: ReadonlySet<string> = new Set(['kubernetes.io/wss', 'wss', 'https', 'grpcs', 'tls', 'ssl']);

/** What is spoken on a port within TLS, if it says so itself. */
export function encrypted({ appProtocol }: ServicePort): string | undefined {
  return appProtocol !== undefined && withinTls.has(appProtocol.toLowerCase()) ? appProtocol : undefined;
}

/** The protocol of a port that is there, and not for TCP. */
export function otherProtocol(service: ServiceFacts | undefined, port: number): string | undefined {
  return service?.otherPorts?.find((each) => each.port === port)?.protocol;
}
