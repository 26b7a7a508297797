import { randomInt } from 'node:crypto';
import type { Exchange } from './exchange.ts';

/** `<process>.<number>`, in the header that leads a later attempt back. */
export interface ExchangeId {
  readonly process: number;
  readonly number: number;
}

const idPattern = /^(\d{1,6})\.(\d{1,16})$/;

/** The exchanges of this process that a further attempt may ask for. */
export class Registry {
  readonly process: number;
  private readonly exchanges = new Map<number, Exchange>();
  // A process that starts anew must not count where the last one did: a request that outlived it would be taken for one
  // of the new ones, and its next attempt would carry another caller's body.
  private next = randomInt(1, 2 ** 47);

  constructor(process: number) {
    this.process = process;
  }

  nextNumber(): number {
    return this.next++;
  }

  idOf(exchange: Exchange): string {
    return `${this.process}.${exchange.number}`;
  }

  add(exchange: Exchange): void {
    this.exchanges.set(exchange.number, exchange);
  }

  remove(exchange: Exchange): void {
    this.exchanges.delete(exchange.number);
  }

  find(number: number): Exchange | undefined {
    return this.exchanges.get(number);
  }

  get size(): number {
    return this.exchanges.size;
  }
}

export function parseExchangeId(text: string): ExchangeId | undefined {
  const match = idPattern.exec(text);
  if (match === null) return undefined;
  return { process: Number(match[1]), number: Number(match[2]) };
}
