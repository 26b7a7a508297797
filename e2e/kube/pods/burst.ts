/**
 * A number of requests, each over a connection of its own, so that a Service spreads them over all pods behind it:
 *   burst.ts '{"url":"http://egress.sluice-dataplane:10080/v1/chat/completions","count":60,"clients":6,"body":"{}"}'
 * Ends by itself, and says how often which status was answered, and what the answers say that was used.
 */
import { request } from 'node:http';

interface BurstPlan {
  readonly url: string;
  readonly count: number;
  readonly clients: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as BurstPlan;
const statuses: Record<string, number> = {};
const modes: Record<string, number> = {};
let tokens = 0;
let left = plan.count;

await Promise.all(Array.from({ length: plan.clients }, run));
console.log(JSON.stringify({ statuses, modes, tokens }));

async function run(): Promise<void> {
  while (left > 0) {
    left -= 1;
    const status = await ask().catch((cause: Error) => cause.message);
    statuses[status] = (statuses[status] ?? 0) + 1;
  }
}

function ask(): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', ...plan.headers };
    const call = request(plan.url, { agent: false, method: 'POST', headers, timeout: 30_000 });
    call.once('timeout', () => call.destroy(new Error('no answer within 30 s')));
    call.once('error', reject);
    call.once('response', async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
        const mode = response.headers['x-sluice-limit-mode'];
        if (mode !== undefined) modes[String(mode)] = (modes[String(mode)] ?? 0) + 1;
        if (response.statusCode === 200) tokens += tokensOf(text);
        resolve(String(response.statusCode));
      } catch (cause) {
        reject(cause);
      }
    });
    call.end(plan.body);
  });
}

function tokensOf(text: string): number {
  const { usage } = JSON.parse(text) as { readonly usage?: { readonly total_tokens?: number } };
  return usage?.total_tokens ?? 0;
}
