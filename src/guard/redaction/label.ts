import { longestLabel } from './token.ts';

/** Name of an entity as a word that survives in prose and in code: `aws-access-key-id` → `AWS_ACCESS_KEY_ID`. */
export function labelOf(entity: string): string {
  let label = labels.get(entity);
  if (label === undefined) {
    label =
      entity
        .toUpperCase()
        .replace(/[^A-Z0-9]+/g, '_')
        .slice(0, longestLabel)
        .replace(/^[_0-9]+|_+$/g, '') || 'VALUE';
    // Names come from policy, so there are few; but nothing that grows with use may be without an end.
    if (labels.size < 10_000) labels.set(entity, label);
  }
  return label;
}

const labels = new Map<string, string>();
