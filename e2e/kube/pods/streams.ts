/**
 * Callers that read one streamed answer after the other, from inside the cluster. A stream counts only with its end,
 * `data: [DONE]`: one that is cut between two events is a failure although nothing else says so.
 *   streams.ts '{"url":"http://egress.sluice-dataplane:10080/v1/chat/completions","clients":4,"headers":{},"body":"{}"}'
 * SIGTERM lets what is open end, and then says how it went.
 */
import { Agent, request } from 'node:http';
import { startLoad } from '../../support/load.ts';

interface StreamPlan {
  readonly url: string;
  readonly clients: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const plan = JSON.parse(process.argv[2] ?? '{}') as StreamPlan;
const agent = new Agent({ keepAlive: true });
const longestMs: number[] = [];
const load = startLoad(plan.clients, read);
console.log('started');

let isStopping = false;
process.on('SIGTERM', async () => {
  if (isStopping) return;
  isStopping = true;
  const { count, failures } = await load.stop();
  const slowestMs = Math.round(Math.max(0, ...longestMs));
  console.log(JSON.stringify({ count, failed: failures.length, failures: failures.slice(0, 20), slowestMs }));
  process.exit(0);
});

function read(): Promise<string | undefined> {
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/json', ...plan.headers };
    const call = request(plan.url, { agent, method: 'POST', headers });
    call.once('error', (cause) => resolve(cause.message));
    call.once('response', async (response) => {
      let text = '';
      try {
        for await (const chunk of response.setEncoding('utf8')) text += chunk;
      } catch (cause) {
        return resolve(`cut off after ${text.length} characters: ${(cause as Error).message}`);
      }
      if (response.statusCode !== 200) return resolve(`${response.statusCode} ${text.slice(0, 200)}`);
      longestMs.push(performance.now() - startedAt);
      resolve(text.trimEnd().endsWith('data: [DONE]') ? undefined : `no end: …${text.slice(-200)}`);
    });
    call.end(plan.body);
  });
}
