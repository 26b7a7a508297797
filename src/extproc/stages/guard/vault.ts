import { createHmac, randomBytes } from 'node:crypto';
import { Vault } from '../../../guard/redaction/vault.ts';
import type { Exchange } from '../../exchange.ts';
import type { Guards } from './guards.ts';

/** For rules that need no secret: what it would make means nothing to anybody. */
const withoutSecret = new Vault(randomBytes(32), '');

/** A text that is the same in every turn of a conversation tells it apart; more of it tells no more. */
const mostOfFirstText = 1_000;

/** The secrets of the caller's tenant and conversation. `firstText`: what the conversation began with. */
export function vaultFor(exchange: Exchange, guards: Guards, firstText: string): Vault {
  if (!guards.needsSecret) return withoutSecret;
  const { program, key } = exchange;
  const secret = program.secrets.get(program.settings.redactionSecret);
  // Policy does not get this far without one; if it does, tokens hold within this request only.
  if (secret === undefined || secret === '') return new Vault(randomBytes(32), '');
  const tenant = key === undefined || key.team !== '' ? `team:${key?.team}` : `key:${key.name}`;
  const tenantSecret = createHmac('sha256', secret).update(tenant).digest();
  return new Vault(tenantSecret, conversationOf(exchange, firstText));
}

/** What the caller says about its conversation; else its first text, which every later turn repeats. */
function conversationOf(exchange: Exchange, firstText: string): string {
  const header = exchange.route?.affinityHeader ?? '';
  const named = header === '' ? undefined : exchange.observedHeader(header);
  if (named !== undefined && named !== '') return `named:${named}`;
  return `begins:${firstText.slice(0, mostOfFirstText)}`;
}
