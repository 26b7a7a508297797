/**
 * Run by exchange.test.ts in a process of its own: hundreds of whole exchanges through the real stages, while promises
 * are counted and the shapes of the exchanges compared.
 */
import { createHook } from 'node:async_hooks';
import { programOf } from '../../program/testing/program-of.ts';
import type { Exchange } from '../exchange.ts';
import { Pipeline } from '../pipeline.ts';
import { Registry } from '../registry.ts';
import { RouterStream } from '../router/router-stream.ts';
import type { Stage } from '../stage.ts';
import { callerDialect } from '../stages/identify/caller-dialect.ts';
import { orderedStages } from '../stages/order.ts';
import { engineWith, FakeStream, sent } from './fake-stream.ts';

const program = programOf({
  providers: [{ name: 'a' }, { name: 'b', basePath: '/x' }],
  models: [{ name: 'small' }],
  routes: [
    {
      id: 'r',
      models: ['small'],
      targets: [
        { provider: 'a', model: 'up' },
        { provider: 'b', priority: 1 },
      ],
    },
  ],
  keys: [{ name: 'k', secret: 'sk-k' }],
});
const seen: Exchange[] = [];
const witness: Stage = { name: 'witness', end: (exchange) => void seen.push(exchange) };
const registry = new Registry(0);
const stages = [...orderedStages({ registry, now: Date.now, random: Math.random }), witness];
const engine = engineWith(stages, {
  programs: { current: program },
  registry,
  callerDialect,
  pipeline: new Pipeline(stages, () => {}),
});
const via = { 'response.code_details': 'via_upstream', 'upstream.request_attempt_count': 1 };
const headers = sent.requestHeaders({ ':path': '/v1/chat/completions', authorization: 'Bearer sk-k' });
const stranger = sent.requestHeaders({ ':path': '/v1/chat/completions' });
const body = sent.requestBody('{"model":"small","messages":[]}');
const broken = sent.requestBody('{');
const response = sent.responseHeaders({}, via);

/** Every way an exchange goes: answered, refused early, refused late, left. */
function exchange(way: number): void {
  const handler = new RouterStream(new FakeStream(), engine);
  handler.message(way === 1 ? stranger : headers);
  if (way !== 1) handler.message(way === 2 ? broken : body);
  if (way === 0) handler.message(response);
  handler.end();
}

let promises = 0;
const hook = createHook({
  init(_, type) {
    if (type === 'PROMISE') promises++;
  },
});
hook.enable();
for (let i = 0; i < 200; i++) exchange(i % 4);
const counted = promises;
void Promise.resolve().then(() => {});
const promiseControl = promises - counted > 0 ? 1 : 0;
hook.disable();

// V8's own comparison: the same hidden class for all, whatever their way was.
const haveSameShape = new Function('a', 'b', 'return %HaveSameMap(a, b)') as (a: object, b: object) => boolean;
const first = seen[0] as Exchange;
const grown = seen.pop() as Exchange;
const isOneShape = [...seen, grown].every(
  (each) => haveSameShape(first, each) && haveSameShape(first.answer, each.answer),
);
Object.assign(grown, { more: true });
process.stdout.write(
  JSON.stringify({
    exchanges: seen.length + 1,
    promises: counted,
    promiseControl,
    isOneShape,
    shapeControl: haveSameShape(first, grown),
  }),
);
