/**
 * The practice provider in a pod, with one account that is strict: `/keyed` takes only the credentials that the port of
 * the tests was told, and counts which of them were used.
 *   GET  /keys   {"k1": 12, "k2": 0}
 *   PUT  /keys   ["k1", "k2"]: these and no others, from now on
 */
import { createServer } from 'node:http';
import { startPractice } from '../../../src/practice/start.ts';

const accepted: string[] = [];
const practice = await startPractice({
  host: '0.0.0.0',
  port: 8080,
  expectedKeysByAccount: { keyed: accepted },
  keepRequests: 10_000,
  // A word every second: streams that last while pods come and go.
  behaviours: [{ model: 'word-by-word', chunkDelayMs: 1_000 }],
});

const control = createServer(async (request, response) => {
  if (request.method === 'PUT') {
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += chunk;
    accepted.splice(0, accepted.length, ...(JSON.parse(text) as string[]));
  }
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(Object.fromEntries(accepted.map((key) => [key, usesOf(key)]))));
});
control.listen(8081, '0.0.0.0', () => console.log('started'));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0));

function usesOf(key: string): number {
  return practice.requests.filter(({ headers }) => headers.authorization === `Bearer ${key}`).length;
}
