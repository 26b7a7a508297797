/**
 * Asks one address without pause until it is told to stop, and then says how it went: the load of a test, sent from inside
 * the cluster, where Services balance it as they do for real callers. Its arguments and its answer are JSON.
 *   load.ts '{"url":"http://egress.sluice-dataplane:10080/v1/models","clients":4}'
 * SIGTERM or a line on standard input ends it.
 */
import { Agent, request } from 'node:http';
import { request as requestSecurely, Agent as SecureAgent } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { startLoad } from '../../support/load.ts';

interface LoadPlan {
  readonly url: string;
  readonly clients?: number;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** A connection for every request, as callers that have just started have. Default: kept connections. */
  readonly isFresh?: boolean;
  readonly pauseMs?: number;
  /** Ends by itself after so long. */
  readonly seconds?: number;
  /** For `https:`. Each certificate that a server shows is said once: `shown` and the SHA-256 of it. */
  readonly tls?: {
    readonly servername: string;
    readonly ca: string;
    /** What we show. */
    readonly cert?: string;
    readonly key?: string;
  };
}

const plan = JSON.parse(process.argv[2] ?? '{}') as LoadPlan;
const keepAlive = plan.isFresh !== true;
const open =
  plan.tls === undefined
    ? { request, agent: new Agent({ keepAlive }) }
    : { request: requestSecurely, agent: new SecureAgent({ keepAlive, maxCachedSessions: 0, ...plan.tls }) };
const shown = new Set<string>();
const load = startLoad(plan.clients ?? 1, ask, plan.pauseMs);
console.log('started');

let isStopping = false;
const stop = async (): Promise<void> => {
  if (isStopping) return;
  isStopping = true;
  const { count, failures, perSecond } = await load.stop();
  console.log(JSON.stringify({ count, failed: failures.length, failures: failures.slice(0, 20), perSecond }));
  process.exit(0);
};
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
process.stdin.once('data', stop);
if (plan.seconds !== undefined) setTimeout(stop, plan.seconds * 1_000);

function ask(): Promise<string | undefined> {
  return new Promise((resolve) => {
    const headers = { ...(plan.body === undefined ? {} : { 'content-type': 'application/json' }), ...plan.headers };
    const { agent } = open;
    const call = open.request(plan.url, { agent, method: plan.method ?? 'GET', headers, timeout: 30_000 });
    if (plan.tls !== undefined)
      call.once('socket', (socket) => socket.once('secureConnect', () => look(socket as TLSSocket)));
    call.once('timeout', () => call.destroy(new Error('no answer within 30 s')));
    call.once('error', (cause) => resolve(cause.message));
    call.once('response', async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
      } catch (cause) {
        return resolve(`cut off: ${(cause as Error).message}`);
      }
      resolve(response.statusCode === 200 ? undefined : `${response.statusCode} ${text.slice(0, 200)}`);
    });
    call.end(plan.body);
  });
}

function look(socket: TLSSocket): void {
  const { fingerprint256 } = socket.getPeerCertificate();
  if (shown.has(fingerprint256)) return;
  shown.add(fingerprint256);
  console.log(`shown ${fingerprint256}`);
}
