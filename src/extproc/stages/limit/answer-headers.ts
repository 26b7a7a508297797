import { type Header, limitHeaders } from '../../../limits/headers.ts';
import type { Exchange } from '../../exchange.ts';
import type { Incoming } from '../../wire/incoming.ts';
import type { Reservation } from './reservation.ts';
import { shownLimits, shownModes } from './shown.ts';

const noHeaders: readonly Header[] = [];

/** Tells the caller what is left of its own limits, and nothing of the operator's. */
export function answerHeaders(
  exchange: Exchange,
  reservation: Reservation | undefined,
  message: Incoming,
  now: number,
): void {
  const ours = reservation === undefined ? noHeaders : headersOf(exchange, reservation, now);
  if (!bringsOwnCredential(exchange)) removeForeign(exchange, ours, message);
  for (const [name, value] of ours) exchange.answer.set(name, value);
}

function headersOf({ dialect }: Exchange, { charges, grants, modes }: Reservation, now: number): readonly Header[] {
  return limitHeaders({ dialect, limits: shownLimits(charges, grants), now, modes: shownModes(charges, modes) });
}

/** The provider's figures are about the operator's account, and nobody else's business. */
const foreign = /^(?:x-ratelimit-|anthropic-ratelimit-|ratelimit(?:-policy)?$)/;

function removeForeign({ answer }: Exchange, ours: readonly Header[], message: Incoming): void {
  for (let index = 0; index < message.headerCount; index++) {
    const name = message.headerName(index);
    if (foreign.test(name) && !ours.some(([own]) => own === name)) answer.remove(name);
  }
}

function bringsOwnCredential({ key, targets, attempts }: Exchange): boolean {
  const answered = targets[Math.max(attempts, 1) - 1];
  return answered !== undefined && key?.credentials?.has(answered.provider.name) === true;
}
