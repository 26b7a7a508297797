import type { PolicyDocument } from './document.ts';
import { readDocument } from './read-document.ts';
import { isMap } from './schema/object.ts';
import type { Path } from './schema/place.ts';
import { readYaml } from './yaml/read.ts';
import { split } from './yaml/split.ts';

/**
 * What the wrong documents of a text would be without the fields that are wrong. Good for saying what else is wrong with
 * them, and for nothing more: what a default stands in for may be anything. Those that cannot do without are left out.
 */
export function readableParts(text: string, source: string, folder: string, now: number): readonly PolicyDocument[] {
  return split(text).flatMap((part): PolicyDocument[] => {
    const yaml = readYaml(part.text);
    if (yaml.errors.length > 0) return [];
    const wrong = readDocument(yaml.value, now).findings.filter(({ severity }) => severity === 'error');
    if (wrong.length === 0 || !wrong.every(({ path }) => remove(yaml.value, path))) return [];
    const { document } = readDocument(yaml.value, now);
    const line = part.line + yaml.lineOf([]) + 1;
    return document === undefined ? [] : [{ ...document, source: `${source}:${line}`, folder }];
  });
}

/** Takes a field out of the spec. False: it is none, or an item of a list, behind which the others would move up. */
function remove(value: unknown, path: Path): boolean {
  const last = path.at(-1);
  if (path[0] !== 'spec' || path.length < 2 || typeof last !== 'string') return false;
  let holder = value;
  for (const step of path.slice(0, -1)) holder = Object(holder)[step];
  if (!isMap(holder) || !Object.hasOwn(holder, last)) return false;
  return Reflect.deleteProperty(holder, last);
}
