import type { ApiKeyDocument, PolicyDocument } from '../../../policy/document.ts';
import type { BuildContext } from '../context.ts';
import type { KnownNames } from './known-names.ts';

type Warning = Pick<BuildContext, 'warn'>;

/** Names in a key that are those of no model: what it may use, may not use, and has chains of its own for. */
export function warnOfIdleModels(key: ApiKeyDocument, known: KnownNames, context: Warning): void {
  const { models, routing } = key.spec;
  const rights = { ...known, models: known.rights };
  warnOfNoModels(key, 'spec.models.allow', models.allow, rights, context);
  warnOfNoModels(key, 'spec.models.deny', models.deny, rights, context);
  for (const [index, chain] of (routing.active ? routing.chains : []).entries()) {
    warnOfNoModels(key, `spec.routing.chains[${index}].models`, chain.models, known, context);
  }
}

export function warnOfNoModels(
  document: PolicyDocument,
  path: string,
  patterns: readonly string[],
  known: Pick<KnownNames, 'models' | 'modelOfAlias' | 'opensModels'>,
  context: Warning,
): void {
  // Beside "every one" nothing else has to match.
  if (patterns.includes('*')) return;
  for (const [index, pattern] of patterns.entries()) {
    if (known.models().named(pattern).length > 0) continue;
    const model = known.modelOfAlias(pattern);
    if (model !== undefined) {
      const message = `"${pattern}" is an alias, and a model goes by its name here`;
      context.warn(document, `${path}[${index}]`, message, `write "${model}"`);
    } else if (!known.opensModels()) {
      context.warn(document, `${path}[${index}]`, `"${pattern}" matches no Model`, 'check the name, or add that Model');
    }
  }
}
