import { enumeration } from '../schema/enumeration.ts';
import { defaulted, optional, required } from '../schema/field.ts';
import { list } from '../schema/list.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { labelSelector } from './label-selector.ts';
import { apiGroup, apiKind, gatewayApiGroup } from './name.ts';

const namespaces = refine(
  object({
    from: defaulted(enumeration(['Same', 'All', 'Selector']), 'Same', 'Namespaces whose routes may attach.'),
    selector: optional(labelSelector, 'Labels of those namespaces; for from: Selector.'),
  }),
  (spec, place) => {
    if ((spec.from === 'Selector') === (spec.selector !== undefined)) return spec;
    const here = under(place, 'selector');
    if (spec.selector === undefined)
      return reject(here, 'is missing: from is Selector', 'add selector: {matchLabels: …}');
    return reject(here, `is given, but from is ${spec.from}`, 'write from: Selector, or remove selector');
  },
);

const routeKind = object({
  group: defaulted(apiGroup, gatewayApiGroup, 'Group of the route’s kind.'),
  kind: required(apiKind, 'Kind of the route: HTTPRoute or AIGatewayRoute.'),
});

/** Which routes may attach to a listener. */
export const allowedRoutes = object({
  namespaces: defaulted(namespaces, {}, 'Where the routes may live.'),
  kinds: defaulted(list(routeKind, { most: 8 }), [], 'Kinds of routes; every one that we serve if empty.'),
});
