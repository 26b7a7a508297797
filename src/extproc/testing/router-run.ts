import type { Ending, Exchange } from '../exchange.ts';
import { RouterStream } from '../router/router-stream.ts';
import type { Stage } from '../stage.ts';
import { type Verdict, verdict } from '../verdict.ts';
import { engineWith, FakeStream } from './fake-stream.ts';

export interface Run {
  readonly stream: FakeStream;
  readonly handler: RouterStream;
  readonly endings: readonly Ending[];
}

export function run(stages: readonly Stage[], overrides: Parameters<typeof engineWith>[1] = {}): Run {
  const endings: Ending[] = [];
  const witness: Stage = { name: 'witness', end: (_, how) => void endings.push(how) };
  const stream = new FakeStream();
  return { stream, handler: new RouterStream(stream, engineWith([...stages, witness], overrides)), endings };
}

export const stage = (methods: Partial<Stage>): Stage => ({ name: 'test', ...methods });

/** Request body as text, by then complete. */
export function take(exchange: Exchange, set: (body: string) => void): Verdict {
  set(exchange.body.toString());
  return verdict.proceed;
}
