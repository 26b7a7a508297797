import { randomUUID } from 'node:crypto';
import { virtualHostAttribute } from '../../contract.ts';
import { listenerHeader, type Program } from '../../program/program.ts';
import type { CallerDialect } from '../engine.ts';
import type { Exchange } from '../exchange.ts';
import type { Incoming } from '../wire/incoming.ts';

const noHeaders: readonly undefined[] = [];

/** What every exchange takes from the request headers before any stage runs. */
export function readRequestHeaders(exchange: Exchange, message: Incoming, callerDialect: CallerDialect): void {
  exchange.method = message.header(':method') ?? '';
  exchange.path = message.header(':path') ?? '';
  exchange.requestId = requestIdOf(message);
  exchange.dialect = callerDialect(exchange.path, message);
  exchange.observed = observe(exchange.program, message);
}

/** Envoy gives every request an id. One without, from a listener that was told not to, still needs one to be found by. */
function requestIdOf(message: Incoming): string {
  return message.header('x-request-id') ?? randomUUID();
}

function observe(program: Program, message: Incoming): readonly (string | undefined)[] {
  const names = program.observedHeaders;
  return names.length === 0 ? noHeaders : names.map((name) => observedValue(name, message));
}

function observedValue(name: string, message: Incoming): string | undefined {
  if (name !== listenerHeader) return message.header(name);
  const virtualHost = message.attribute(virtualHostAttribute);
  return virtualHost === undefined ? undefined : String(virtualHost).split('/', 1)[0];
}
