/**
 * The certificate library keeps notes about its classes with three functions that were once proposed for `Reflect`, and
 * does not start without them. These are they, as far as it uses them; the package that people load for it is thirty
 * times as long.
 */
type Notes = Map<unknown, unknown>;

const notesOf = new WeakMap<object, Notes>();

const proposed = {
  defineMetadata(key: unknown, value: unknown, target: object): void {
    const notes = notesOf.get(target) ?? new Map();
    notesOf.set(target, notes.set(key, value));
  },
  getOwnMetadata(key: unknown, target: object): unknown {
    return notesOf.get(target)?.get(key);
  },
  getMetadata(key: unknown, target: object): unknown {
    for (let at: object | null = target; at !== null; at = Object.getPrototypeOf(at)) {
      const notes = notesOf.get(at);
      if (notes?.has(key)) return notes.get(key);
    }
    return undefined;
  },
};

for (const [name, value] of Object.entries(proposed)) {
  if (!Object.hasOwn(Reflect, name))
    Object.defineProperty(Reflect, name, { value, configurable: true, writable: true });
}
