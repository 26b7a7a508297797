import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';
import { gatewayDuration } from './duration.ts';

const remedy = 'make it shorter, or request longer';

/** In milliseconds; 0: no bound. */
export const routeTimeouts = refine(
  ruled(
    object({
      request: optional(gatewayDuration, 'For the whole response, with all its attempts; 0s: no bound.'),
      backendRequest: optional(gatewayDuration, 'For one attempt; 0s: no bound.'),
    }),
    {
      rule: `!has(self.request) || !has(self.backendRequest) || duration(self.request) == duration("0s") || duration(self.backendRequest) <= duration(self.request)`,
      message: remedy,
      fieldPath: '.backendRequest',
    },
  ),
  (spec, place) => {
    const { request = 0, backendRequest = 0 } = spec;
    if (request === 0 || backendRequest <= request) return spec;
    const message = 'is longer than request, which holds all attempts';
    return reject(under(place, 'backendRequest'), message, remedy);
  },
);
