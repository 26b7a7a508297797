import { celName, celText } from './cel-text.ts';
import type { ServerRule } from './server-notes.ts';
import { choices } from './show.ts';

/* Conditions between fields for an API server. CEL sees no field that may be of several types. */

export function exactlyOneRule(names: readonly string[], remedy?: string): ServerRule {
  const message = remedy ?? `exactly one of ${choices(names)} is needed`;
  return { rule: `[${names.map(has).join(', ')}].exists_one(isGiven, isGiven)`, message };
}

export function notBothRule(one: string, other: string): ServerRule {
  return { rule: `!(${has(one)} && ${has(other)})`, message: `keep ${choices([one, other])}` };
}

/** No two entries of a list have the same. Each is compared with all the others, which only short lists can afford. */
export function uniqueRule(field: string): ServerRule {
  return {
    rule: `self.all(one, !has(one.${field}) || self.exists_one(other, has(other.${field}) && other.${field} == one.${field}))`,
    message: `write each ${field} once`,
  };
}

/** By a tag that is always there: the field that it means is there, and none of those of other tags. */
export function blockRules(tag: string, blocks: readonly (readonly [value: string, block: string])[]): ServerRule[] {
  return [...new Set(blocks.map(([, block]) => block))].flatMap((block) => {
    const values = blocks.flatMap(([value, own]) => (own === block ? [value] : []));
    const isMeant = `self.${celName(tag)} in ${celText(values)}`;
    const fieldPath = `.${block}`;
    return [
      { rule: `!(${isMeant}) || ${has(block)}`, message: `add ${block}, or change ${tag}`, fieldPath },
      { rule: `!${has(block)} || ${isMeant}`, message: `remove it, or change ${tag}`, fieldPath },
    ];
  });
}

function has(name: string): string {
  return `has(self.${celName(name)})`;
}
