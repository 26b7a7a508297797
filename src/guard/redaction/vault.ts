import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { base32 } from './base32.ts';
import { labelOf } from './label.ts';
import { checkLength, idLength } from './token.ts';
import { TokenIndex } from './token-index.ts';

const hashLength = 16;

/**
 * The secrets of one tenant and one conversation, and the values that this request has hidden.
 *
 * A token is an HMAC of what it stands for: equal on every pod and in every turn without anything being stored, and of no
 * use for guessing values without the tenant's secret. To restore, only the values of the request at hand are needed: what
 * earlier turns hid comes back from the caller in the history, in the clear, and gets the same token again. So nothing
 * outlives the request, and there is no store through which one tenant could see another's values.
 */
export class Vault {
  readonly #key: KeyObject;
  readonly #conversation: string;
  readonly #values = new Map<string, string>();
  readonly #labels = new Set<string>();
  #index: TokenIndex | undefined = undefined;

  constructor(tenantSecret: Uint8Array, conversation: string) {
    this.#key = createSecretKey(tenantSecret);
    this.#conversation = conversation;
  }

  /** Values that can be restored. */
  get size(): number {
    return this.#values.size;
  }

  /** Undefined: nothing can be restored. Made when the answer comes, for all of its channels. */
  get index(): TokenIndex | undefined {
    if (this.#values.size === 0) return undefined;
    this.#index ??= new TokenIndex(this.#values, this.#labels);
    return this.#index;
  }

  /** The same for a value wherever the tenant meets it, so that records can be joined; says nothing without the secret. */
  hash(entity: string, value: string): string {
    return base32(this.#mac('hash', entity, value), hashLength);
  }

  /** Token of a value that `restore` gives back. */
  issue(entity: string, value: string): string {
    const token = this.token(entity, value);
    this.#values.set(token.toLowerCase(), value);
    this.#labels.add(labelOf(entity));
    this.#index = undefined;
    return token;
  }

  /** Token of a value that must not be given back: what a response brings was never the caller's own. */
  token(entity: string, value: string): string {
    const label = labelOf(entity);
    const id = base32(this.#mac('token', this.#conversation, entity, value), idLength);
    return `${label}_${id}${this.#check(label, id)}`;
  }

  /** Whether this tenant has made the token, in whatever conversation. Not to be had by writing something that looks like one. */
  isOwn(label: string, idAndCheck: string): boolean {
    const id = idAndCheck.slice(0, idLength).toLowerCase();
    return this.#check(label.toUpperCase(), id) === idAndCheck.slice(idLength).toLowerCase();
  }

  #check(label: string, id: string): string {
    return base32(this.#mac('check', label, id), checkLength);
  }

  #mac(...parts: readonly string[]): Uint8Array {
    const hmac = createHmac('sha256', this.#key);
    // With its length before it, no part can pass for the end of another.
    for (const part of parts) hmac.update(`${part.length}:${part}`);
    return hmac.digest();
  }
}
