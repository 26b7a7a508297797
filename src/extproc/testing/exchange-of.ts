import type { Key, Model, Program, Provider } from '../../program/program.ts';
import { type ProgramInit, programOf } from '../../program/testing/program-of.ts';
import { Exchange, type PlannedTarget } from '../exchange.ts';

/** What a test sets of an exchange before a stage sees it. */
export type ExchangeFields = {
  -readonly [Field in keyof Exchange as Exchange[Field] extends (...args: never[]) => unknown
    ? never
    : Field]?: Exchange[Field];
};

const chat = { name: 'chat.completions', dialect: 'openai', upstreamPath: '/chat/completions' } as const;

/** An exchange of this program, half way to where the stage under test takes over. */
export function exchangeOf(program: Program | ProgramInit, fields: ExchangeFields = {}): Exchange {
  const compiled = 'observedHeaders' in program ? program : programOf(program);
  const exchange = new Exchange(compiled, 7, 0, {
    resume() {},
    fail(error) {
      throw error;
    },
  });
  return Object.assign(exchange, {
    method: 'POST',
    path: '/v1/chat/completions',
    requestId: 'r-1',
    api: chat,
    ...fields,
  });
}

/** The key, model or provider of a name; throws when the program has none. */
export function keyIn(program: Program, name: string): Key {
  return found(
    [...program.keys.values()].find((key) => key.name === name),
    name,
  );
}

export function modelIn(program: Program, name: string): Model {
  return found(program.models.find(name), name);
}

export function providerIn(program: Program, name: string): Provider {
  return found(program.providers.get(name), name);
}

/** A target at this provider of the program, whichever model the caller names. */
export function plannedTarget(program: Program, provider: string): PlannedTarget {
  const target = { provider, model: '', priority: 0, weight: 1, hash: 0, modelEdit: undefined };
  return { target, provider: providerIn(program, provider) };
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the program has no ${name}`);
  return value;
}
