import { isIP } from 'node:net';
import type { PolicyDocument } from '../../../policy/document.ts';
import { qualifiedName } from '../../../policy/document-id.ts';
import type { BackendEndpoint } from '../../../policy/envoy-gateway/backend.ts';
import { envoyGatewayGroup } from '../../../policy/gateway-api/name.ts';
import type { BackendReference } from '../../../policy/gateway-api/object-reference.ts';
import type { Address } from '../../provider.ts';
import type { BuildContext } from '../context.ts';
import type { BackendDocument, Named } from '../documents.ts';
import { mayReferTo } from '../grants/permission.ts';
import type { ServicePort } from '../surroundings.ts';
import { encrypted, otherProtocol, unspoken } from './spoken.ts';

/** Where a backend is, and what says how connections to it are encrypted. */
export interface BackendLocation {
  readonly addresses: readonly [Address, ...Address[]];
  readonly isPlainHttp2: boolean;
  /** What it says itself that is spoken there, where that is within TLS. */
  readonly encrypted?: string;
  /** Inside: what goes there leaves the cluster on no way that policy knows of. */
  readonly isPrivate: boolean;
  /** What a BackendTLSPolicy calls it, with the section that is the port. */
  readonly target: {
    readonly kind: 'Backend' | 'Service';
    readonly namespace: string;
    readonly name: string;
    readonly port: string;
  };
  readonly backend?: BackendDocument;
}

/** Nothing after saying why. */
export function locateBackend(
  document: PolicyDocument,
  path: string,
  backendRef: BackendReference,
  backends: Named<BackendDocument>,
  context: BuildContext,
): BackendLocation | undefined {
  const isBackend = backendRef.group === envoyGatewayGroup && backendRef.kind === 'Backend';
  if (!isBackend && (backendRef.group !== '' || backendRef.kind !== 'Service')) {
    const message = `${backendRef.kind}${backendRef.group === '' ? '' : ` of ${backendRef.group}`} is no backend`;
    const remedy = `name a Service, or a Backend of ${envoyGatewayGroup}`;
    context.reject(document, `${path}.kind`, message, remedy, 'InvalidKind');
    return undefined;
  }
  const namespace = backendRef.namespace ?? document.namespace;
  const { group, kind, name, port } = backendRef;
  if (!mayReferTo(document, path, { group, kind, namespace, name }, context)) return undefined;
  return isBackend
    ? locateEndpoints({ document, path }, { namespace, name }, backends, context)
    : locateService({ document, path }, { namespace, name, port: port ?? 80 }, context);
}

/** Where a backend is named: what is wrong with it is said there. */
interface NamedAt {
  readonly document: PolicyDocument;
  readonly path: string;
}

interface ObjectName {
  readonly namespace: string;
  readonly name: string;
}

function locateService(
  { document, path }: NamedAt,
  { namespace, name, port }: ObjectName & { readonly port: number },
  context: BuildContext,
): BackendLocation | undefined {
  const service = context.surroundings.service(namespace, name);
  if (service?.isExternal === true) {
    const message = `Service "${name}" is of type ExternalName, whose name may lead anywhere`;
    const remedy = `name a Backend of ${envoyGatewayGroup} with that host`;
    context.reject(document, path, message, remedy, 'InvalidBackend');
    return undefined;
  }
  const found = service?.ports.find((one) => one.port === port);
  const spoken = found === undefined ? otherProtocol(service, port) : unspoken(found);
  if (spoken !== undefined) {
    const message = `Service "${name}" says that ${spoken} is spoken on its port ${port}, which is not HTTP`;
    const remedy = 'name a port for HTTP, or correct what the Service says of it';
    context.reject(document, path, message, remedy, 'UnsupportedProtocol');
    return undefined;
  }
  if (found === undefined) {
    const missing =
      service === undefined
        ? `Service "${qualifiedName(namespace, name)}" does not exist`
        : `Service "${name}" has no port ${port}`;
    context.reject(document, path, missing, 'check name and port, or add it', 'BackendNotFound');
    return undefined;
  }
  const withinTls = encrypted(found);
  const asked = service?.isHeadless === true ? podPort({ document, path }, name, found, context) : port;
  return {
    // Without the domain of the cluster, which resolvers of pods add: it need not be cluster.local.
    addresses: [{ host: `${name}.${namespace}.svc`, port: asked }],
    isPlainHttp2: found.appProtocol === 'kubernetes.io/h2c',
    ...(withinTls !== undefined && { encrypted: withinTls }),
    isPrivate: true,
    target: { kind: 'Service', namespace, name, port: found.name },
  };
}

/** Behind the name of a headless Service are its pods: nobody turns its port into theirs. */
function podPort(
  { document, path }: NamedAt,
  service: string,
  { port, targetPort = port }: ServicePort,
  context: BuildContext,
): number {
  if (typeof targetPort === 'number') return targetPort;
  const message =
    `Service "${service}" is headless, and what its pods call "${targetPort}" is not looked up: ` +
    `their port ${port} is called`;
  context.warn(document, path, message, 'give it a targetPort that is a number');
  return port;
}

function locateEndpoints(
  { document, path }: NamedAt,
  { namespace, name }: ObjectName,
  backends: Named<BackendDocument>,
  context: BuildContext,
): BackendLocation | undefined {
  const backend = backends.get(namespace, name);
  if (backend === undefined) {
    const message = `Backend "${qualifiedName(namespace, name)}" does not exist`;
    context.reject(document, path, message, 'check the name, or add it', 'BackendNotFound');
    return undefined;
  }
  const [first, ...more] = backend.spec.type === 'Endpoints' ? backend.spec.endpoints.flatMap(addressOf) : [];
  if (first === undefined) {
    const reason = 'a backend is what its endpoints say, not what a caller asks for';
    context.reject(backend, 'spec.type', `is not served: ${reason}`, 'write Endpoints', 'UnsupportedValue');
    const message = `Backend "${qualifiedName(namespace, name)}" has no endpoints of its own`;
    context.reject(document, path, message, 'see what is said of that backend', 'InvalidBackend');
    return undefined;
  }
  return {
    addresses: [first, ...more],
    isPlainHttp2: backend.spec.appProtocols.includes('gateway.envoyproxy.io/h2c'),
    isPrivate: [first, ...more].every(({ host }) => isInside(host)),
    target: { kind: 'Backend', namespace, name, port: '' },
    backend,
  };
}

/** The schema sees to it that one of the two is there. */
function addressOf({ fqdn, ip, hostname }: BackendEndpoint): Address[] {
  const called = hostname === undefined ? {} : { hostname };
  if (fqdn !== undefined) return [{ host: fqdn.hostname, port: fqdn.port, ...called }];
  return ip === undefined ? [] : [{ host: ip.address, port: ip.port, ...called }];
}

/** Names of a cluster, and addresses that no router of the internet forwards (RFC 1918, RFC 4193, loopback). */
function isInside(host: string): boolean {
  if (isIP(host) === 4) return /^(?:10|127|192\.168|172\.(?:1[6-9]|2[0-9]|3[01]))\./.test(host);
  if (isIP(host) === 6) return /^(?:::1$|f[cd])/i.test(host);
  return /(?:^localhost|\.svc|\.svc\.cluster\.local)$/.test(host);
}
