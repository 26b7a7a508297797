import { err, ok, type Result } from '../../../src/lib/result.ts';
import { suggest } from '../../../src/lib/suggest.ts';
import {
  type CustomResourceDefinition,
  customResourceDefinition,
  definedKinds,
} from '../../../src/policy/crd/definition.ts';

/** Which definitions the `crds` commands are about. */
export const selectionFlags = {
  include: {
    kind: 'text',
    placeholder: 'own|ai-gateway|all',
    help: 'Kinds of sluice.dev (own), or those of Envoy AI Gateway and Envoy Gateway that are accepted.',
    default: 'all',
    choices: ['own', 'ai-gateway', 'all'],
  },
  group: { kind: 'list', placeholder: 'GROUP', help: 'Only these API groups, such as sluice.dev.' },
} as const;

export interface Selection {
  readonly include: 'own' | 'ai-gateway' | 'all';
  readonly group: readonly string[];
}

export interface SelectedDefinition {
  readonly definition: CustomResourceDefinition;
  /** Nobody else has a say in it. */
  readonly isOwn: boolean;
}

/** The error is a sentence about the command line. */
export function selectDefinitions({ include, group }: Selection): Result<readonly SelectedDefinition[]> {
  const all = [
    ...(include === 'ai-gateway' ? [] : definitionsOf('own')),
    ...(include === 'own' ? [] : definitionsOf('accepted')),
  ];
  const groups = [...new Set(all.map(({ definition }) => definition.spec.group))];
  const unknown = group.find((name) => !groups.includes(name));
  if (unknown !== undefined) {
    const near = suggest(unknown, groups);
    const meant = near === undefined ? `There are ${groups.join(', ')}.` : `Did you mean ${near}?`;
    return err(`There is no group ${unknown} here. ${meant}`);
  }
  return ok(group.length === 0 ? all : all.filter(({ definition }) => group.includes(definition.spec.group)));
}

function definitionsOf(whose: 'own' | 'accepted'): readonly SelectedDefinition[] {
  return definedKinds(whose).map((kind) => ({
    definition: customResourceDefinition(kind),
    isOwn: whose === 'own',
  }));
}
