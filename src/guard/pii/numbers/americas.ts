import type { NumberForm } from '../number-form.ts';
import { judgeCnpj, judgeCpf } from '../validators/brazil.ts';
import { judgeSin } from '../validators/canada.ts';

export const americas: readonly NumberForm[] = [
  {
    entity: 'CA_SIN',
    templates: ['999~999~999'],
    score: 0.3,
    judge: judgeSin,
    validator: 'luhn',
    needsContext: 'unless-hyphen',
  },
  {
    entity: 'BR_CPF',
    templates: ['999.999.999-99', '999999999-99', '99999999999'],
    score: 0.4,
    judge: judgeCpf,
    validator: 'mod-11',
    needsContext: 'bare',
  },
  {
    entity: 'BR_CNPJ',
    templates: ['NN.NNN.NNN/NNNN-99', 'NNNNNNNN/NNNN-99'],
    score: 0.4,
    judge: judgeCnpj,
    validator: 'mod-11',
    needsContext: 'never',
  },
  {
    entity: 'BR_CNPJ',
    templates: ['NNNNNNNNNNNN99'],
    score: 0.4,
    judge: judgeCnpj,
    validator: 'mod-11',
    needsContext: 'always',
  },
];
