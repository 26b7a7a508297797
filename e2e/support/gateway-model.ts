import type { GatewayModel } from '../../src/model/gateway.ts';
import type { Provider } from '../../src/model/provider.ts';
import type { RetryProfile } from '../../src/model/route.ts';
import { noServices } from '../../src/model/service.ts';

const noSink = { file: '', redisStream: '', redisMaxLength: 0 };

/** A gateway with one listener on a free port, to be filled by a test with what it is about. */
export function gatewayModel(parts: Partial<GatewayModel> = {}): GatewayModel {
  return {
    name: 'gateway',
    listeners: [{ name: 'http', address: '127.0.0.1', port: 0, hostnames: [], origins: [] }],
    settings: {
      maxBodyBytes: 2 * 1024 * 1024,
      accessLog: 'metadata',
      defaultProfile: 'retry-default',
      store: { kind: 'memory', snapshot: '' },
      usageRecords: noSink,
      decisionRecords: noSink,
      includeUsage: true,
      secrets: [],
      origins: [],
    },
    providers: [],
    models: [],
    routes: [],
    profiles: [retryProfile()],
    keys: [],
    guardrails: [],
    limits: [],
    budgets: [],
    pricings: [],
    services: noServices,
    secrets: [],
    ...parts,
  };
}

export function providerModel(name: string, port: number, parts: Partial<Provider> = {}): Provider {
  return {
    name,
    cluster: `provider/${name}`,
    dialect: 'openai',
    endpoint: { host: '127.0.0.1', port, basePath: '/v1' },
    isPrivate: false,
    setHeaders: [],
    removeHeaders: [],
    setBody: [],
    removeBody: [],
    passthroughPaths: [],
    connectTimeoutMs: 1_000,
    origins: [`Provider/${name}`],
    ...parts,
  };
}

export function retryProfile(parts: Partial<RetryProfile> = {}): RetryProfile {
  return {
    name: 'retry-default',
    statuses: [408, 409, 429],
    onServerError: true,
    onConnectFailure: true,
    onReset: true,
    onTimeout: true,
    attemptTimeoutMs: 2_000,
    idleTimeoutMs: 2_000,
    ...parts,
  };
}
