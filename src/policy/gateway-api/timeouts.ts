import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { gatewayDuration } from './duration.ts';

/** In milliseconds; 0: no bound. */
export const routeTimeouts = refine(
  object({
    request: optional(gatewayDuration, 'For the whole response, with all its attempts; 0s: no bound.'),
    backendRequest: optional(gatewayDuration, 'For one attempt; 0s: no bound.'),
  }),
  (spec, place) => {
    const { request = 0, backendRequest = 0 } = spec;
    if (request === 0 || backendRequest <= request) return spec;
    const message = 'is longer than request, which holds all attempts';
    return reject(under(place, 'backendRequest'), message, 'make it shorter, or request longer');
  },
);
