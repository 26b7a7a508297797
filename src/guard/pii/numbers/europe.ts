import type { NumberForm } from '../number-form.ts';
import { judgeNir } from '../validators/france.ts';
import { judgeTaxId } from '../validators/germany.ts';
import { judgeFiscalCode } from '../validators/italy.ts';
import { judgePesel } from '../validators/poland.ts';
import { judgeNie, judgeNif } from '../validators/spain.ts';

export const europe: readonly NumberForm[] = [
  {
    entity: 'DE_TAX_ID',
    templates: ['99~999~999~999'],
    score: 0.3,
    judge: judgeTaxId,
    validator: 'mod-11-10',
    needsContext: 'bare',
  },
  {
    entity: 'ES_NIF',
    templates: ['99999999A', '99999999-A', '99999999.A', '99.999.999-A', '99.999.999A'],
    score: 0.5,
    judge: judgeNif,
    validator: 'mod-23',
    needsContext: 'never',
  },
  {
    entity: 'ES_NIF',
    // Behind a blank a letter may begin a word.
    templates: ['99999999 A', '99.999.999 A'],
    score: 0.5,
    judge: judgeNif,
    validator: 'mod-23',
    needsContext: 'always',
  },
  {
    entity: 'ES_NIE',
    templates: ['A~9999999~A', 'A9999999-A'],
    score: 0.5,
    judge: judgeNie,
    validator: 'mod-23',
    needsContext: 'never',
  },
  {
    entity: 'IT_FISCAL_CODE',
    templates: ['AAAAAANNANNANNNA'],
    score: 0.5,
    judge: judgeFiscalCode,
    validator: 'mod-26',
    needsContext: 'never',
  },
  {
    entity: 'FR_NIR',
    templates: ['9~99~99~9N~999~999~99', '9 99 99 9N 999 999-99', '9999999999999 99'],
    score: 0.5,
    judge: judgeNir,
    validator: 'mod-97',
    needsContext: 'never',
  },
  {
    entity: 'PL_PESEL',
    templates: ['99999999999'],
    score: 0.3,
    judge: judgePesel,
    validator: 'mod-10',
    needsContext: 'bare',
  },
];
