import { businessNumber, medicareNumber, taxFileNumber } from './australia.ts';
import { cnpj, cpf } from './brazil.ts';
import { socialInsurance } from './canada.ts';
import { nir } from './france.ts';
import { taxId } from './germany.ts';
import { aadhaar, permanentAccount } from './india.ts';
import { fiscalCode } from './italy.ts';
import { residentNumber } from './korea.ts';
import type { NationalId } from './national-id.ts';
import { pesel } from './poland.ts';
import { nric } from './singapore.ts';
import { nie, nif } from './spain.ts';
import { nationalInsurance, nhsNumber } from './united-kingdom.ts';

export type { NationalId } from './national-id.ts';

export const nationalIds: readonly NationalId[] = [
  nhsNumber,
  nationalInsurance,
  taxId,
  nif,
  nie,
  fiscalCode,
  nir,
  pesel,
  taxFileNumber,
  businessNumber,
  medicareNumber,
  socialInsurance,
  aadhaar,
  permanentAccount,
  nric,
  cpf,
  cnpj,
  residentNumber,
];
