import { entities, findEntity } from './catalogue.ts';
import type { Detector } from './detector.ts';
import { type EntityOptions, plainOptions } from './entity.ts';
import { injectionDetector } from './injection/detector.ts';
import { keywordDetector } from './keywords/detector.ts';
import { piiDetector } from './pii/index.ts';
import { seenThrough } from './reading/seen-through.ts';
import { regexDetector } from './regex/detector.ts';
import type { LocalSpec } from './rule.ts';
import { secretsDetector } from './secrets/index.ts';
import { specKey } from './spec-key.ts';

/** The detector of a spec. What it names is known: policy has been checked against the catalogue. */
export function localDetector(spec: LocalSpec): Detector {
  switch (spec.kind) {
    case 'keywords':
      return seenThrough(keywordDetector({ name: 'keyword', words: spec.words }), { isFolding: true });
    case 'regex':
      return regexDetector({ name: 'pattern', pattern: spec.pattern, caseInsensitive: spec.isCaseInsensitive });
    case 'pii':
      return seenThrough(piiDetector({ entities: chosenEntities(spec, 'pii'), minScore: spec.minScore }));
    case 'secrets':
      return seenThrough(secretsDetector({ entities: chosenEntities(spec, 'secret'), minScore: spec.minScore }));
    case 'injection': {
      const { sensitivity, threshold } = spec;
      return injectionDetector(threshold === undefined ? { sensitivity } : { sensitivity, threshold });
    }
  }
}

type EntitySpec = Extract<LocalSpec, { kind: 'pii' | 'secrets' }>;

function chosenEntities(spec: EntitySpec, family: 'pii' | 'secret'): ReadonlyMap<string, EntityOptions> {
  const named = spec.entities?.filter((name) => findEntity(name)?.family === family);
  const byDefault = entities.filter((entity) => entity.family === family && entity.isDefault).map(({ name }) => name);
  const chosen = (named ?? byDefault).filter((name) => !spec.except.includes(name));
  return new Map(chosen.map((name) => [name, spec.options.get(name) ?? plainOptions]));
}

/** Detectors are stateless and dear to build: equal specs of all guards of a process share one, as long as a guard uses it. */
export function sharedDetectors(): (spec: LocalSpec) => Detector {
  const known = new Map<string, WeakRef<Detector>>();
  return (spec) => {
    const key = specKey(spec);
    const shared = known.get(key)?.deref();
    if (shared !== undefined) return shared;
    const detector = localDetector(spec);
    known.set(key, new WeakRef(detector));
    for (const [other, reference] of known) if (reference.deref() === undefined) known.delete(other);
    return detector;
  };
}
