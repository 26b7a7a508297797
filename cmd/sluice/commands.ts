import type { CommandRow } from './cli/dispatch.ts';

/** Every command, in the order of the help: what a newcomer needs first. */
export const commands: readonly CommandRow[] = [
  {
    name: 'run',
    summary: 'Run control plane, processor and Envoy with a policy folder.',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'validate',
    summary: 'Check a policy folder and show every problem at once.',
    load: () => import('./commands/validate.ts'),
  },
  {
    name: 'explain',
    summary: 'Show which targets a request would meet, and why.',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'translate',
    summary: 'Show the Envoy configuration that a policy folder becomes.',
    load: () => import('./commands/translate.ts'),
  },
  {
    name: 'status',
    summary: 'Show what is in force, by document and by Envoy.',
    load: () => import('./commands/status.ts'),
  },
  {
    name: 'keys create',
    summary: 'Make an API key; the policy gets only its hash.',
    load: () => import('./commands/keys-create.ts'),
  },
  {
    name: 'guard test',
    summary: 'Show what guardrails find in a text.',
    load: () => import('./commands/guard-test.ts'),
  },
  {
    name: 'guard entities',
    summary: 'List the personal data and secrets that can be recognised.',
    load: () => import('./commands/guard-entities.ts'),
  },
  {
    name: 'limits show',
    summary: 'Show how far limits and budgets are used.',
    load: () => import('./commands/limits-show.ts'),
  },
  {
    name: 'limits reset',
    summary: 'Let limits and budgets begin anew.',
    load: () => import('./commands/limits-reset.ts'),
  },
  {
    name: 'prices import',
    summary: 'Turn a public price file into prices for models.',
    load: () => import('./commands/prices-import.ts'),
  },
  {
    name: 'schema',
    summary: 'Print the JSON Schema of a policy kind.',
    load: () => import('./commands/schema.ts'),
  },
  {
    name: 'crds',
    summary: 'Print the CustomResourceDefinitions of the policy kinds.',
    load: () => import('./commands/crds.ts'),
  },
  {
    name: 'crds apply',
    summary: 'Apply the CustomResourceDefinitions to a cluster.',
    load: () => import('./commands/crds-apply.ts'),
  },
  {
    name: 'version',
    summary: 'Show the versions of Sluice, Node and Envoy.',
    load: () => import('./commands/version.ts'),
  },
];
