import type { PriceCatalogueDocument } from '../../../policy/document.ts';
import { isPublicService } from '../../../policy/public-service.ts';
import type { BuildContext } from '../context.ts';
import type { KnownNames } from '../names/known-names.ts';
import { reference } from '../reference.ts';

const mostNamed = 3;

/**
 * A catalogue is a list to choose from, so that prices of services that nobody asks are right. What is neither a service
 * nor a Provider gives its price to nobody. Once for all of them, since catalogues are long.
 */
export function warnOfPricesOfNobody(
  document: PriceCatalogueDocument,
  known: Pick<KnownNames, 'providers'>,
  context: Pick<BuildContext, 'warn'>,
): void {
  const { prices } = document.spec;
  const names = new Set(prices.flatMap(({ provider }) => (provider === undefined ? [] : [provider])));
  const isNobody = (name: string): boolean =>
    !isPublicService(name) && known.providers().named(reference(name, document.namespace)).length === 0;
  const [first, ...others] = [...names].filter(isNobody);
  if (first === undefined) return;
  const shown = [first, ...others.slice(0, mostNamed - 1)].map((name) => `"${name}"`).join(', ');
  const more = 1 + others.length - mostNamed;
  const path = `spec.prices[${prices.findIndex(({ provider }) => provider === first)}].provider`;
  const which = more > 0 ? `${shown} and ${more} more are` : others.length > 0 ? `${shown} are` : `${shown} is`;
  const message = `${which} neither a Provider nor a service that is known by name`;
  context.warn(document, path, message, 'check the name; nobody has these prices');
}
