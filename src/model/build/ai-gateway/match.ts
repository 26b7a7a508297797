import { getOrCreate } from '../../../lib/get-or-create.ts';
import { sortedByName } from '../../../lib/sort.ts';
import type { HeaderMatchSpec } from '../../../policy/gateway-api/header-match.ts';
import type { HeaderMatch } from '../../route.ts';

/** The model stands in the body; routes name it as if it were this header. */
export const modelHeader = 'x-ai-eg-model';

/** A way to meet a rule: the models, and what all of these headers must be. */
export interface RuleMatch {
  readonly models: readonly string[];
  readonly modelPatterns: readonly string[];
  readonly headers: readonly HeaderMatch[];
}

interface Group {
  readonly models: Set<string>;
  readonly modelPatterns: Set<string>;
  isForAny: boolean;
  readonly headers: readonly HeaderMatch[];
}

/**
 * The matches of a rule, of which any will do. Those that differ in the model alone are one, since a rule may list a
 * hundred models. In a match without model any one will do, and the others of its group say nothing more; they keep their
 * own entry, because a model that is named is more specific.
 */
export function ruleMatches(
  matches: readonly { readonly headers: readonly HeaderMatchSpec[] }[],
): readonly RuleMatch[] {
  const groups = new Map<string, Group>();
  for (const match of matches.length === 0 ? [{ headers: [] }] : matches) {
    const headers = sortedByName(match.headers.filter(({ name }) => name !== modelHeader).map(headerMatch));
    const group = getOrCreate(groups, JSON.stringify(headers), () => ({
      models: new Set<string>(),
      modelPatterns: new Set<string>(),
      isForAny: false,
      headers,
    }));
    const model = match.headers.find(({ name }) => name === modelHeader);
    if (model === undefined) group.isForAny = true;
    else if (model.type === 'RegularExpression') group.modelPatterns.add(model.value);
    // In our own words an asterisk stands for any text.
    else if (model.value.includes('*')) group.modelPatterns.add(quoted(model.value));
    else group.models.add(model.value);
  }
  return [...groups.values()].flatMap(({ models, modelPatterns, isForAny, headers }): RuleMatch[] => {
    const isNamed = models.size > 0 || modelPatterns.size > 0;
    const named = { models: [...models].sort(), modelPatterns: [...modelPatterns].sort(), headers };
    return [...(isNamed ? [named] : []), ...(isForAny ? [{ models: [], modelPatterns: [], headers }] : [])];
  });
}

function headerMatch({ type, name, value }: HeaderMatchSpec): HeaderMatch {
  return { name: name.toLowerCase(), kind: type === 'Exact' ? 'exact' : 'pattern', value };
}

function quoted(text: string): string {
  return text.replace(/[\\.*+?^${}()|[\]]/g, '\\$&');
}
