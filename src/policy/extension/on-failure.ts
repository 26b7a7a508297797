import { enumeration } from '../schema/enumeration.ts';
import { defaulted } from '../schema/field.ts';

export const onFailure = defaulted(
  enumeration(['closed', 'open']),
  'closed',
  'When it fails on a request. closed: refuse. open: let pass without it.',
);
