import { combinedVersion } from '../../lib/hash.ts';
import type { RemoteJudge } from '../remote-judge.ts';
import { type GuardRule, isLocal, type RemoteSpec } from '../rule.ts';
import { specKey } from '../spec-key.ts';
import { azureContentSafety } from './azure-content-safety.ts';
import { bedrockGuardrail } from './bedrock-guardrail.ts';
import { circuit } from './circuit.ts';
import { type Connection, remoteJudge } from './judge.ts';
import { openaiModeration } from './openai-moderation.ts';
import type { Service } from './service.ts';
import { slots } from './slots.ts';
import { httpTransport, type Transport } from './transport.ts';
import { verdictCache } from './verdict-cache.ts';
import { webhook } from './webhook.ts';

export interface RemoteJudgesOptions {
  /** Default: HTTP and HTTPS with kept connections. */
  readonly transport?: Transport;
  /** The monotonic clock of deadlines. Default: `performance.now`. */
  readonly now?: () => number;
  /** Milliseconds since 1970, for signatures. Default: `Date.now`. */
  readonly wallClock?: () => number;
  /** 0 to 1. Default: `Math.random`. */
  readonly random?: () => number;
  /** One judgement: `outcome` is the kind of the verdict, or why there is none. */
  readonly measured?: (service: string, outcome: string, ms: number) => void;
}

export interface RemoteJudges {
  /** Undefined: a credential is missing or cannot be one. Nothing can be asked, and `onFailure` decides. */
  judgeFor(rule: GuardRule, secret: (name: string) => string | undefined): RemoteJudge | undefined;
  close(): void;
}

/** Specs and credentials that are remembered: far more than any program has, so that only old ones are forgotten. */
const mostConnections = 256;
const mostVerdicts = 4096;

/** Lives as long as the process: what is known about services outlasts the programs whose rules ask them. */
export function createRemoteJudges(options: RemoteJudgesOptions = {}): RemoteJudges {
  const { now = () => performance.now(), wallClock = Date.now, random = Math.random, measured = () => {} } = options;
  const transport = options.transport ?? httpTransport();
  const connections = new Map<string, Connection>();

  function connectionOf(id: string, service: Service): Connection {
    const connection = connections.get(id) ?? {
      id,
      service,
      circuit: circuit(random),
      slots: slots(),
      cache: verdictCache(mostVerdicts),
      transport,
    };
    // Moved to the end: the first one is the one that is longest out of use.
    connections.delete(id);
    connections.set(id, connection);
    for (const oldest of connections.keys()) {
      if (connections.size <= mostConnections) break;
      connections.delete(oldest);
    }
    return connection;
  }

  return {
    judgeFor(rule, secret) {
      if (isLocal(rule.detector)) return undefined;
      const used: string[] = [];
      const service = serviceOf(
        rule.detector,
        (name) => {
          const value = secret(name);
          if (value !== undefined) used.push(value);
          return value;
        },
        wallClock,
      );
      if (service === undefined) return undefined;
      // Credentials that have changed are another connection: its circuit may have been opened by the old ones.
      const id = combinedVersion([specKey(rule.detector), ...used]);
      return remoteJudge(connectionOf(id, service), rule, { now, measured });
    },
    close: () => transport.close(),
  };
}

type Secret = (name: string) => string | undefined;

function serviceOf(spec: RemoteSpec, secret: Secret, wallClock: () => number): Service | undefined {
  switch (spec.kind) {
    case 'azureContentSafety': {
      const apiKey = credential(spec.apiKey, secret);
      return apiKey === undefined ? undefined : azureContentSafety(spec, apiKey);
    }
    case 'openaiModeration': {
      const apiKey = credential(spec.apiKey, secret);
      return apiKey === undefined ? undefined : openaiModeration(spec, apiKey);
    }
    case 'bedrockGuardrail': {
      const accessKeyId = credential(spec.accessKeyId, secret);
      const secretAccessKey = credential(spec.secretAccessKey, secret);
      const sessionToken = spec.sessionToken === '' ? undefined : credential(spec.sessionToken, secret);
      if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
      if (spec.sessionToken !== '' && sessionToken === undefined) return undefined;
      return bedrockGuardrail(spec, { accessKeyId, secretAccessKey, sessionToken }, wallClock);
    }
    case 'webhook': {
      const value = spec.credential === '' ? undefined : credential(spec.credential, secret);
      const ca = spec.ca === '' ? undefined : secret(spec.ca);
      if ((spec.credential !== '' && value === undefined) || (spec.ca !== '' && !ca)) return undefined;
      return webhook(spec, value, ca);
    }
  }
}

/** What cannot stand in a header is no credential. */
function credential(name: string, secret: Secret): string | undefined {
  const value = secret(name);
  return value !== undefined && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value) ? value : undefined;
}
