import { duration, durationValue } from '../schema/duration.ts';
import { optional } from '../schema/field.ts';
import { object } from '../schema/object.ts';
import { reject, under } from '../schema/place.ts';
import { refine } from '../schema/schema.ts';
import { ruled } from '../schema/server-notes.ts';

const fields = object({
  min: optional(
    duration({ from: '0s', to: '10m' }),
    'A pod that ends goes on taking requests for so long, until everyone knows that it ends. Default: 10s.',
  ),
  max: optional(duration({ from: '1s', to: '1h' }), 'Requests and streams may take so long to end. Default: 300s.'),
});

const remedy = 'make max no shorter than min';

export const shutdown = refine(
  ruled(fields, {
    rule: `!has(self.min) || !has(self.max) || ${durationValue('self.min')} <= ${durationValue('self.max')}`,
    message: remedy,
    fieldPath: '.max',
  }),
  (spec, place) => {
    if (spec.min === undefined || spec.max === undefined || spec.min <= spec.max) return spec;
    return reject(under(place, 'max'), 'is shorter than min', remedy);
  },
);
