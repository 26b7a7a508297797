import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf';
import { programContract } from '../contract.ts';
import type { Compiled } from './compile/refusal.ts';

/** A resource as it comes over xDS. */
export interface ReceivedResource {
  readonly name: string;
  readonly version: string;
  readonly body: Uint8Array;
}

/** A resource that does not enter the program, and why. The reason is read by operators. */
export interface RefusedResource {
  readonly name: string;
  readonly reason: string;
}

export interface SlotChange<T> {
  readonly changed: readonly T[];
  /** What `changed` replaces, and what was removed. */
  readonly gone: readonly T[];
  readonly refused: readonly RefusedResource[];
}

/** The resources of one type: compiled, by name. */
export interface Slot<T> {
  readonly typeUrl: string;
  readonly values: ReadonlyMap<string, T>;
  readonly versions: ReadonlyMap<string, string>;
  /** Something has been received, if only the news that there is nothing. */
  readonly isKnown: boolean;
  take(received: readonly ReceivedResource[], removed: readonly string[]): SlotChange<T>;
}

/** Messages of the program all carry the contract that they were written for. */
type Contracted = { readonly contract: number };

/** `contracts`: those that are known besides that of the program. */
export function createSlot<Desc extends DescMessage, T>(
  schema: Desc,
  compile: (message: MessageShape<Desc>) => Compiled<T>,
  contracts: readonly number[] = [],
): Slot<T> {
  const values = new Map<string, T>();
  const versions = new Map<string, string>();
  const known = [programContract, ...contracts];
  let isKnown = false;

  function decode(body: Uint8Array): Compiled<T> {
    let message: MessageShape<Desc>;
    try {
      message = fromBinary(schema, body);
    } catch {
      return { ok: false, error: 'cannot be decoded' };
    }
    const { contract } = message as unknown as Contracted;
    if (!known.includes(contract)) {
      return {
        ok: false,
        error: `is written for contract ${contract}, this processor knows ${known.join(' and ')}: run both from one release`,
      };
    }
    return compile(message);
  }

  return {
    typeUrl: `type.googleapis.com/${schema.typeName}`,
    values,
    versions,
    get isKnown() {
      return isKnown;
    },
    take(received, removed) {
      isKnown = true;
      const changed: T[] = [];
      const gone: T[] = [];
      const refused: RefusedResource[] = [];
      const drop = (name: string): void => {
        const old = values.get(name);
        if (old !== undefined) gone.push(old);
      };
      for (const name of removed) {
        drop(name);
        values.delete(name);
        versions.delete(name);
      }
      for (const { name, version, body } of received) {
        const compiled = decode(body);
        if (!compiled.ok) {
          refused.push({ name, reason: compiled.error });
          continue;
        }
        drop(name);
        values.set(name, compiled.value);
        versions.set(name, version);
        changed.push(compiled.value);
      }
      return { changed, gone, refused };
    },
  };
}
