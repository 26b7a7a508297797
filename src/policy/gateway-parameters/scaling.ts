import { optional } from '../schema/field.ts';
import { integer } from '../schema/integer.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';

const withBounds = refine(
  object({
    min: optional(integer({ from: 1, to: 1000 }), 'Fewest pods. Default: 2.'),
    max: optional(integer({ from: 1, to: 1000 }), 'Most pods. Default: 10.'),
    cpu: optional(integer({ from: 1, to: 1000 }), 'CPU to aim for, in percent of what is requested. Default: 70.'),
  }),
  (spec, place) => {
    if (spec.min === undefined || spec.max === undefined || spec.min <= spec.max) return spec;
    return reject(under(place, 'max'), `${spec.max} is less than min, which is ${spec.min}`, 'make it no less');
  },
);

export const autoscaling = ruled(withBounds, {
  rule: '!has(self.min) || !has(self.max) || self.min <= self.max',
  message: 'make max no less than min',
  fieldPath: '.max',
});

const disruption = refine(
  object({
    minAvailable: optional(
      integer({ from: 0, to: 1000 }),
      'Pods that an eviction must leave. Default: 1, of two pods or more.',
    ),
    maxUnavailable: optional(integer({ from: 0, to: 1000 }), 'Pods that evictions may take at a time.'),
  }),
  (spec, place) =>
    spec.minAvailable === undefined || spec.maxUnavailable === undefined
      ? spec
      : reject(place, 'has both minAvailable and maxUnavailable', 'keep one of them'),
);

export const podDisruptionBudget = ruled(disruption, {
  rule: '!(has(self.minAvailable) && has(self.maxUnavailable))',
  message: 'keep minAvailable or maxUnavailable, not both',
});
