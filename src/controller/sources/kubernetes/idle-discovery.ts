import { type LabelSelector, selects } from '../../../policy/gateway-api/label-selector.ts';
import type { Problem } from '../../../policy/problem.ts';
import type { Labels } from './namespaces.ts';

/** Selectors that choose no namespace: whoever writes policy there waits for it, and no object of his says why. */
export function idleDiscovery(
  selectors: readonly LabelSelector[],
  namespaces: ReadonlyMap<string, Labels>,
): readonly Problem[] {
  // Without any nobody knows them: every cluster has some.
  if (namespaces.size === 0) return [];
  return selectors.flatMap((selector, index): Problem[] => {
    for (const labels of namespaces.values()) if (selects(selector, labels)) return [];
    const message = `discoveryNamespaceSelectors[${index}] (${selectorText(selector)}) selects no namespace`;
    const remedy = 'check the labels, here and of the namespaces: policy in others is not read';
    const place = { source: 'cluster', document: '', path: '' };
    return [{ severity: 'warning', ...place, message, remedy, reason: 'NoMatchingNamespace' }];
  });
}

/** As `kubectl get --selector` takes it. */
function selectorText({ matchLabels, matchExpressions }: LabelSelector): string {
  const labels = Object.entries(matchLabels).map(([name, value]) => `${name}=${value}`);
  return [...labels, ...matchExpressions.map(expressionText)].join(',');
}

function expressionText({ key, operator, values }: LabelSelector['matchExpressions'][number]): string {
  switch (operator) {
    case 'Exists':
      return key;
    case 'DoesNotExist':
      return `!${key}`;
    case 'In':
      return `${key} in (${values.join(',')})`;
    case 'NotIn':
      return `${key} notin (${values.join(',')})`;
  }
}
