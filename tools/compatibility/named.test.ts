import { expect, it } from 'vitest';
import { printableKinds } from '../../src/policy/kinds.ts';
import { isToldOfNobody, namesSomething } from './named.ts';
import { rowsOf } from './rows.ts';

/*
 * docs/design/status.md: whoever names or selects what is not there is told so. Of every field of every kind that does,
 * as the definitions have them; those of which nothing is said stand here with the reason.
 */

const callers = 'what callers send nobody knows';
const providers = 'what a provider calls its models only the provider knows';
const kubernetes = 'Kubernetes looks it up, and says it when pods are to be made';

const unsaid: { readonly [kindAndRow: string]: string } = {
  'Model spec.targets[].model': providers,
  'ApiKey spec.routing.chains[].targets[].model': providers,
  'PriceCatalogue spec.prices[].model': 'a list to choose from',
  'GatewayParameters spec.serviceAccount.name': kubernetes,
  'GatewayParameters spec.pod.priorityClassName': kubernetes,
  'GatewayParameters spec.pod.runtimeClassName': kubernetes,
  'Gateway spec.gatewayClassName': 'a Gateway of another class is somebody else’s',
  'Gateway spec.listeners[].allowedRoutes.namespaces.selector.matchLabels':
    'only a cluster knows its namespaces; e2e/kube/api/idle-names.test.ts has one that is told',
  'HTTPRoute spec.rules[].matches[].headers[].name': callers,
  'AIGatewayRoute spec.rules[].matches[].headers[].name': callers,
  'AIGatewayRoute spec.llmRequestCosts[].metadataKey': 'gives the name that others use',
  'GatewayConfig spec.globalLLMRequestCosts[].metadataKey': 'gives the name that others use',
  'QuotaPolicy spec.perModelQuotas[].quota.bucketRules[].clientSelectors[].headers[].name': callers,
  'BackendTrafficPolicy spec.rateLimit.global.rules[].clientSelectors[].headers[].name': callers,
  'SecurityPolicy spec.jwt.providers[].extractFrom.headers[].name': callers,
};

/** They are all read in one place, which refuses a document whose secret is not there (src/model/build/context.ts). */
const readAsSecret = /\.secretKeyRef\.(name|key)$/;

it.each(printableKinds)('is told of a name that nothing has: %s', (kind) => {
  const rows = rowsOf(kind).filter((row) => namesSomething(row) && !readAsSecret.test(row.path));
  const unheard = rows.filter((row) => !isToldOfNobody(row)).map(({ path }) => `${kind} ${path}`);
  expect(unheard).toEqual(Object.keys(unsaid).filter((key) => key.startsWith(`${kind} `)));
});
