import type { NumberForm } from '../number-form.ts';
import { judgeAbn, judgeMedicare, judgeTfn } from '../validators/australia.ts';
import { judgeAadhaar, judgePan } from '../validators/india.ts';
import { judgeRrn } from '../validators/korea.ts';
import { judgeNric } from '../validators/singapore.ts';

export const asiaPacific: readonly NumberForm[] = [
  {
    entity: 'AU_TFN',
    templates: ['999~999~999', '999~99~999'],
    score: 0.3,
    judge: judgeTfn,
    validator: 'mod-11',
    needsContext: 'always',
  },
  {
    entity: 'AU_ABN',
    templates: ['99~999~999~999'],
    score: 0.3,
    judge: judgeAbn,
    validator: 'mod-89',
    needsContext: 'bare',
  },
  {
    entity: 'AU_MEDICARE',
    templates: ['9999~99999~9~9', '9999~99999~9', '9999 99999 9/9', '9999 99999 9-9'],
    score: 0.3,
    judge: judgeMedicare,
    validator: 'mod-10',
    needsContext: 'bare',
  },
  {
    entity: 'IN_AADHAAR',
    templates: ['9999~9999~9999'],
    score: 0.3,
    judge: judgeAadhaar,
    validator: 'verhoeff',
    needsContext: 'bare',
  },
  {
    entity: 'IN_PAN',
    templates: ['AAAAA9999A'],
    score: 0.5,
    judge: judgePan,
    validator: undefined,
    needsContext: 'never',
  },
  {
    entity: 'SG_NRIC',
    templates: ['A9999999A'],
    score: 0.5,
    judge: judgeNric,
    validator: 'mod-11',
    needsContext: 'never',
  },
  {
    entity: 'KR_RRN',
    templates: ['999999-9999999', '9999999999999'],
    score: 0.5,
    judge: judgeRrn,
    validator: 'mod-11',
    needsContext: 'bare',
  },
];
