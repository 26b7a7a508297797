/** What differs between events of one make: the text, the number of the event, and padding that hides how long the text is. */
export type SlotKind = 'text' | 'number' | 'padding';

/** Fixed bytes, and what stands between them: `parts[0]`, `slots[0]`, `parts[1]`, … There is one part more than slots. */
export interface Form {
  readonly parts: readonly Buffer[];
  readonly slots: readonly SlotKind[];
}

/** What stands in the slots of an event; inside of a string as it is spelled. */
export interface Filling {
  text: Buffer | string;
  number: string;
  padding: Buffer | string;
}

/** Cuts an event at what has been put in its slots. Undefined: one of them stands there more than once. */
export function formOf(event: Buffer, probes: Readonly<Partial<Record<SlotKind, string>>>): Form | undefined {
  const found: { readonly kind: SlotKind; readonly at: number; readonly length: number }[] = [];
  for (const [kind, probe] of Object.entries(probes) as [SlotKind, string][]) {
    const at = event.indexOf(probe);
    if (at === -1) continue;
    if (event.indexOf(probe, at + 1) !== -1) return undefined;
    found.push({ kind, at, length: probe.length });
  }
  found.sort((one, other) => one.at - other.at);
  // Copies of their own: these bytes are a part of much larger ones.
  const parts: Buffer[] = [];
  let from = 0;
  for (const { at, length } of found) {
    parts.push(copyOf(event, from, at));
    from = at + length;
  }
  parts.push(copyOf(event, from, event.length));
  return { parts, slots: found.map(({ kind }) => kind) };
}

/** An event of this form. */
export function filled({ parts, slots }: Form, filling: Filling): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  for (const slot of slots) length += Buffer.byteLength(filling[slot]);
  const bytes = Buffer.allocUnsafe(length);
  let at = 0;
  for (let index = 0; index < parts.length; index++) {
    const part = parts[index] as Buffer;
    bytes.set(part, at);
    at += part.length;
    const slot = slots[index];
    if (slot === undefined) continue;
    const inside = filling[slot];
    if (typeof inside === 'string') at += bytes.write(inside, at);
    else {
      bytes.set(inside, at);
      at += inside.length;
    }
  }
  return bytes;
}

function copyOf(bytes: Buffer, start: number, end: number): Buffer {
  const copy = Buffer.allocUnsafeSlow(end - start);
  bytes.copy(copy, 0, start, end);
  return copy;
}
