import { isMap } from '../schema/object.ts';
import type { Path } from '../schema/place.ts';
import { noRequest } from './http-match.ts';

type Spec = Readonly<Record<string, unknown>>;

/**
 * What is left of a route of which some rules are wrong and others are not; nothing where all of it is wrong. A wrong rule
 * keeps those of its matches that can be read, and nothing else: a rule without backends answers 500, and what it was
 * written for does not fall to a broader one. Every rule keeps its place, by which it is spoken of.
 */
export function remainingRules(
  written: Spec,
  errors: readonly Path[],
  isReadable: (spec: Spec) => boolean,
): Spec | undefined {
  const { rules } = written;
  if (!Array.isArray(rules) || !errors.every(([, field, index]) => field === 'rules' && typeof index === 'number')) {
    return undefined;
  }
  const wrong = new Set(errors.map(([, , index]) => index));
  if (wrong.size === rules.length) return undefined;
  const hasWrongName = (rule: number): boolean =>
    errors.some(([, , index, field]) => index === rule && field === 'name');
  return {
    ...written,
    rules: rules.map((rule: unknown, index) => {
      if (!wrong.has(index)) return rule;
      const { name, matches } = isMap(rule) ? rule : { name: undefined, matches: noRequest };
      return {
        // Policies may be for it.
        ...(name !== undefined && !hasWrongName(index) && { name }),
        // Behind `matches:` may be nothing, which is null, and as good as absent.
        ...(matches !== undefined && matches !== null && { matches: readableMatches(matches, isReadable) }),
      };
    }),
  };
}

/** An empty list can be read: it is for every request. */
function readableMatches(matches: unknown, isReadable: (spec: Spec) => boolean): readonly unknown[] | typeof noRequest {
  if (!Array.isArray(matches)) return noRequest;
  const readable = matches.filter((match) => isReadable({ rules: [{ matches: [match] }] }));
  return readable.length === 0 && matches.length > 0 ? noRequest : readable;
}
