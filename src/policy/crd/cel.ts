import { celText } from '../schema/cel-text.ts';
import type { JsonSchema } from '../schema/schema.ts';
import { type ServerRule, serverNotes } from '../schema/server-notes.ts';
import { choices } from '../schema/show.ts';
import { re2Pattern } from './re2-pattern.ts';

/** What JSON Schema says of keys by `propertyNames`. */
export function keysRule(keys: JsonSchema, path: string): readonly ServerRule[] {
  const notes = keys[serverNotes] ?? {};
  const conditions: string[] = [];
  if (Array.isArray(keys.enum)) conditions.push(`key in ${celText(keys.enum)}`);
  if (typeof keys.maxLength === 'number') conditions.push(`key.size() <= ${keys.maxLength}`);
  if (typeof keys.pattern === 'string') conditions.push(`key.matches(${celText(re2Pattern(keys.pattern, path))})`);
  const remedy = notes.remedy ?? (Array.isArray(keys.enum) ? `write ${choices(keys.enum.map(String))}` : undefined);
  const shape =
    conditions.length === 0
      ? []
      : [{ rule: everyKey(conditions.join(' && ')), message: `keys: ${remedy ?? 'not valid'}` }];
  const further = (notes.rules ?? []).map(({ rule, message }) => ({
    rule: everyKey(rule.replaceAll(/\bself\b/g, 'key')),
    message: `keys: ${message}`,
  }));
  return [...shape, ...further];
}

function everyKey(condition: string): string {
  return `self.all(key, ${condition})`;
}
