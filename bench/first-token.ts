/*
 * What redaction adds to the time until a caller has the first words of a streamed answer: the same gateway, one caller
 * with guardrails and one without, in turns.
 */
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGateway } from '../e2e/support/gateway.ts';
import { printFigure } from './support/figure.ts';
import { percentile } from './support/load.ts';

const isQuick = process.argv.includes('--quick');
const requests = isQuick ? 150 : 600;
const pauseMs = 10;

const sentence = 'On Tuesday the team reviewed the pull requests and moved three of them to the next version. ';
const bodies = {
  phrases: sentence.match(/(?:\S+ ){4}/g) ?? [],
  words: (sentence.match(/\s?\S+/g) ?? []).slice(0, 4),
} as const;

const chunkOf = (content: string): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-bench', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

const provider = createServer((incoming, response) => {
  const chunks: string[] = [];
  incoming.on('data', (bytes: Buffer) => chunks.push(bytes.toString('latin1')));
  incoming.on('end', () => {
    const pieces = bodies[chunks.join('').includes('one by one') ? 'words' : 'phrases'].map(chunkOf);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const next = (at: number): void => {
      const piece = pieces[at];
      if (piece === undefined) return void response.end('data: [DONE]\n\n');
      response.write(piece);
      setTimeout(next, pauseMs, at + 1);
    };
    next(0);
  });
});
await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));

const keys = { plain: 'sk-sluice-bench-plain', guarded: 'sk-sluice-bench-guarded' } as const;
const gateway = await startGateway({
  env: { PLAIN: keys.plain, GUARDED: keys.guarded },
  policy: {
    'policy.yaml': `
apiVersion: sluice.dev/v1alpha1
kind: Provider
metadata: {name: p}
spec: {schema: openai, endpoint: "http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1", network: private, credential: {none: {}}}
---
apiVersion: sluice.dev/v1alpha1
kind: Model
metadata: {name: m}
spec: {targets: [{provider: p}]}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: plain}
spec: {secretRef: {env: PLAIN}}
---
apiVersion: sluice.dev/v1alpha1
kind: ApiKey
metadata: {name: guarded}
spec: {secretRef: {env: GUARDED}}
---
apiVersion: sluice.dev/v1alpha1
kind: Guardrail
metadata: {name: redacting}
spec:
  scope: {keys: [guarded]}
  rules:
    - {name: personal, pii: {}, action: redact}
    - {name: secret, secrets: {}, action: redact}
    - {name: words, keywords: [${Array.from({ length: 50 }, (_, index) => `project codename ${index}`).join(', ')}], action: redact}
`,
  },
});

const agent = new Agent({ keepAlive: true, maxSockets: 1 });

/** Milliseconds until some text has come. */
function firstText(key: string, how: keyof typeof bodies): Promise<number> {
  const content = `${how === 'words' ? 'one by one: ' : ''}${sentence.repeat(20)}`;
  const body = JSON.stringify({ model: 'm', stream: true, messages: [{ role: 'user', content }] });
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const asked = request({ port: gateway.port, agent, method: 'POST', path: '/v1/chat/completions', headers });
    asked.on('response', (response) => {
      let seen = '';
      let took = Number.NaN;
      response.setEncoding('latin1');
      response.on('data', (text: string) => {
        if (!Number.isNaN(took)) return;
        seen += text;
        if (/"content":"[^"]/.test(seen)) took = performance.now() - startedAt;
      });
      response.on('end', () => (Number.isNaN(took) ? reject(new Error(`no text: ${seen}`)) : resolve(took)));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

async function measure(how: keyof typeof bodies): Promise<Readonly<Record<keyof typeof keys, Float64Array>>> {
  const times = { plain: new Float64Array(requests), guarded: new Float64Array(requests) };
  for (let index = -50; index < requests; index++) {
    for (const who of ['plain', 'guarded'] as const) {
      const took = await firstText(keys[who], how);
      if (index >= 0) times[who][index] = took;
    }
  }
  times.plain.sort();
  times.guarded.sort();
  return times;
}

const shares = [0.5, 0.99] as const;
for (const how of ['phrases', 'words'] as const) {
  const { plain, guarded } = await measure(how);
  for (const share of shares) {
    const added = percentile(guarded, share) - percentile(plain, share);
    const isGoal = how === 'phrases' && share === 0.99;
    printFigure({
      name: `redaction, until the first text (${how}), p${share * 100}`,
      value: `+ ${added.toFixed(2)} ms`,
      against: `without (${percentile(plain, share).toFixed(2)} ms)${how === 'words' ? `, a word each ${pauseMs} ms: it waits for the next` : ''}`,
      goal: isGoal ? '< 1 ms' : '',
      isMet: isGoal ? added < 1 : undefined,
    });
  }
}
agent.destroy();
await gateway.stop();
provider.closeAllConnections();
provider.close();
