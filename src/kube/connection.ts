import { existsSync } from 'node:fs';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { redactText } from '../lib/redact.ts';
import { err, ok, type Result } from '../lib/result.ts';

/** Where the API server is, and as whom it is called. */
export interface Connection {
  readonly server: string;
  /** The namespace that the configuration names: the pod's own, or that of the context. */
  readonly namespace?: string;
  /** For the next call: tokens and certificates change while a process runs. Fails without a usable credential. */
  credentials(): Promise<Result<CallOptions>>;
  /** The API server does not know whose these are: the next ones are made anew. */
  refused(credentials: CallOptions): void;
  close(): void;
}

/** Headers with the credential, and the agent that knows the certificates. Never to be logged. */
export interface CallOptions {
  readonly headers: { readonly [name: string]: string };
  readonly agent: HttpAgent;
}

export interface ConnectionOptions {
  /** Default: that of the pod; outside of pods `KUBECONFIG`, else `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** Default: the current one of the file. */
  readonly context?: string;
}

/**
 * Reading kubeconfig files, service account tokens that are renewed, and everything that can stand under `users` is
 * what the official client is for. It is loaded only here: it weighs 90 MB and takes most of a second.
 */
export async function connect(options: ConnectionOptions = {}): Promise<Result<Connection>> {
  const { KubeConfig } = await import('@kubernetes/client-node');
  const isHere = options.kubeconfig === undefined && isInPod(process.env);
  // The official client would go on with http://localhost:8080, which nobody has meant for years.
  if (options.kubeconfig === undefined && !isHere && !hasKubeconfig(process.env)) {
    return err('there is no kubeconfig: KUBECONFIG is not set, and ~/.kube/config not there');
  }
  const load = (context: string | undefined): KubeConfig => {
    const config = new KubeConfig();
    if (options.kubeconfig !== undefined) config.loadFromFile(options.kubeconfig);
    else if (isHere) config.loadFromCluster();
    else config.loadFromDefault();
    if (context !== undefined) config.setCurrentContext(context);
    return config;
  };
  let config: KubeConfig;
  try {
    config = load(options.context);
  } catch (error) {
    return err(`the kubeconfig cannot be read: ${textOf(error)}`);
  }
  const context = config.getCurrentContext();
  const cluster = config.getCurrentCluster();
  if (cluster === null) {
    return err(context ? `the kubeconfig has no context "${context}" with a cluster` : 'the kubeconfig has no context');
  }
  const namespace = config.getContextObject(context)?.namespace;
  const isPlain = cluster.server.startsWith('http:');
  const agents = createAgents();
  const madeFrom = new WeakMap<CallOptions, KubeConfig>();
  let asked: { readonly at: number; readonly answer: Promise<Result<CallOptions>> } | undefined;

  async function ask(): Promise<Result<CallOptions>> {
    const from = config;
    const wanted: RequestOptions = {};
    try {
      await from.applyToHTTPSOptions(wanted);
    } catch (error) {
      renew(from);
      return err(`there is no usable credential: ${faultOf(error)}`);
    }
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(wanted.headers ?? {})) headers[name.toLowerCase()] = String(value);
    if (typeof wanted.auth === 'string') headers.authorization = `Basic ${btoa(wanted.auth)}`;
    // Through a proxy their agent is the one that knows how; otherwise it would open a connection for every call.
    const agent = cluster?.proxyUrl && wanted.agent instanceof HttpAgent ? wanted.agent : agents.of(wanted, isPlain);
    const made = { headers, agent };
    madeFrom.set(made, from);
    return ok(made);
  }

  /**
   * The official client keeps what a command has answered until the time that stands there, for ever if none does, even
   * if it is of no use. So all that it keeps goes, unless that has happened since; of the file only the credential counts.
   */
  function renew(from: KubeConfig): void {
    if (config !== from) return;
    try {
      const next = load(context);
      if (next.getCurrentCluster()?.server === cluster?.server) config = next;
    } catch {
      // Somebody is writing it; the next refusal leads here again.
    }
  }

  return ok({
    server: cluster.server,
    ...(namespace !== undefined && namespace !== '' && { namespace }),
    credentials() {
      // A command that hangs is not started for every call.
      if (asked === undefined || performance.now() - asked.at > patienceMs) {
        const answer = ask().finally(() => {
          if (asked?.answer === answer) asked = undefined;
        });
        asked = { at: performance.now(), answer };
      }
      return asked.answer;
    },
    refused(credentials) {
      const from = madeFrom.get(credentials);
      if (from !== undefined) renew(from);
    },
    close: agents.close,
  });
}

/** Commands may wait for somebody who logs in. */
const patienceMs = 300_000;

function isInPod(env: NodeJS.ProcessEnv): boolean {
  return env.KUBERNETES_SERVICE_HOST !== undefined && env.KUBERNETES_SERVICE_HOST !== '' && !env.KUBECONFIG;
}

function hasKubeconfig(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.KUBECONFIG) || existsSync(join(homedir(), '.kube', 'config'));
}

interface Agents {
  of(options: RequestOptions, isPlain: boolean): HttpAgent;
  close(): void;
}

/** One agent for as long as certificates are the same. Idle connections end before the API server ends them (90 s). */
function createAgents(): Agents {
  const common = { keepAlive: true, timeout: 30_000, maxFreeSockets: 8 };
  const plain = new HttpAgent(common);
  let secure: HttpsAgent | undefined;
  let identity = '';
  return {
    of({ ca, cert, key, servername, rejectUnauthorized }, isPlain) {
      if (isPlain) return plain;
      const current = JSON.stringify([ca, cert, key, servername, rejectUnauthorized].map((each) => each?.toString()));
      if (secure === undefined || current !== identity) {
        // Calls on their way keep the old agent's connections until they end.
        secure = new HttpsAgent({
          ...common,
          ...(ca !== undefined && { ca }),
          ...(cert !== undefined && { cert }),
          ...(key !== undefined && { key }),
          ...(servername !== undefined && { servername }),
          ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
        });
        identity = current;
      }
      return secure;
    },
    close() {
      plain.destroy();
      secure?.destroy();
    },
  };
}

/** Why a credential could not be had. What a command answers may be one, and the parser quotes it. */
function faultOf(error: unknown): string {
  const isOfAnswer = error instanceof SyntaxError || (error instanceof TypeError && !('code' in error));
  if (isOfAnswer) return 'what the command of the kubeconfig answers is no ExecCredential';
  return textOf(error) || 'the command of the kubeconfig fails without a word';
}

function textOf(error: unknown): string {
  // Parsers show the place in further lines.
  const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  return redactText(line.replace(/:$/, ''));
}
