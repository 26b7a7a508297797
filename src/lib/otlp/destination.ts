import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Resource } from './encode.ts';

/** Where spans go. Headers may hold credentials: they are never written down. */
export interface Destination {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
}

/** What the standard variables of OpenTelemetry say, read once. */
export interface OtlpEnvironment {
  readonly isDisabled: boolean;
  readonly endpoint: URL | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly delayMs: number;
  readonly resource: Resource;
  /** Sentences for the log, without values. */
  readonly problems: readonly string[];
}

export function readOtlpEnvironment(env: Readonly<Record<string, string | undefined>>): OtlpEnvironment {
  const problems: string[] = [];
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  const headers: Record<string, string> = {};
  const headerSource = read('OTEL_EXPORTER_OTLP_TRACES_HEADERS') ?? read('OTEL_EXPORTER_OTLP_HEADERS');
  for (const [name, value] of pairs(headerSource)) {
    if (isHeader(name, value)) headers[name.toLowerCase()] = value;
    else problems.push('OTEL_EXPORTER_OTLP_HEADERS holds something that is not name=value; it is left out');
  }
  if (read('OTEL_EXPORTER_OTLP_PROTOCOL') === 'grpc') {
    problems.push('OTEL_EXPORTER_OTLP_PROTOCOL asks for gRPC; spans are sent over HTTP, usually to port 4318');
  }
  return {
    isDisabled: read('OTEL_SDK_DISABLED')?.toLowerCase() === 'true' || read('OTEL_TRACES_EXPORTER') === 'none',
    endpoint:
      urlOf(read('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'), '', 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', problems) ??
      urlOf(read('OTEL_EXPORTER_OTLP_ENDPOINT'), tracesPath, 'OTEL_EXPORTER_OTLP_ENDPOINT', problems),
    headers,
    timeoutMs: numberOf(read('OTEL_EXPORTER_OTLP_TRACES_TIMEOUT') ?? read('OTEL_EXPORTER_OTLP_TIMEOUT')) ?? 10_000,
    delayMs: numberOf(read('OTEL_BSP_SCHEDULE_DELAY')) ?? 5_000,
    resource: resourceOf(read('OTEL_RESOURCE_ATTRIBUTES'), read('OTEL_SERVICE_NAME')),
    problems,
  };
}

const tracesPath = '/v1/traces';

/**
 * The policy's endpoint comes first. Headers of the environment belong to the endpoint of the environment: they go to
 * another one only where the environment names none, so that no policy can send a credential elsewhere.
 */
export function destinationOf(policyEndpoint: string, environment: OtlpEnvironment): Destination | undefined {
  const { endpoint, headers, timeoutMs, isDisabled } = environment;
  if (isDisabled) return undefined;
  const fromPolicy = policyEndpoint === '' ? undefined : urlOf(policyEndpoint, tracesPath, '', []);
  const url = fromPolicy ?? endpoint;
  if (url === undefined) return undefined;
  const isTheirs = endpoint === undefined || endpoint.origin === url.origin;
  return { url, headers: isTheirs ? headers : {}, timeoutMs };
}

function urlOf(text: string | undefined, path: string, name: string, problems: string[]): URL | undefined {
  if (text === undefined) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    problems.push(`${name} is not an http or https URL; it is left out`);
    return undefined;
  }
  if (path !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return url;
}

/** `name=value,name=value`, values percent-encoded (W3C Baggage without properties). */
function pairs(text: string | undefined): [string, string][] {
  return (text ?? '').split(',').flatMap((pair): [string, string][] => {
    if (pair.trim() === '') return [];
    const at = pair.indexOf('=');
    return [[pair.slice(0, Math.max(at, 0)).trim(), decode(pair.slice(at + 1).trim())]];
  });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function isHeader(name: string, value: string): boolean {
  try {
    validateHeaderName(name);
    validateHeaderValue(name, value);
    return true;
  } catch {
    return false;
  }
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[0-9]{1,7}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;
}

function resourceOf(attributes: string | undefined, serviceName: string | undefined): Resource {
  const known = pairs(attributes).filter(([name]) => name !== '');
  return {
    'service.name': 'sluice',
    ...Object.fromEntries(known),
    ...(serviceName && { 'service.name': serviceName }),
  };
}
