import type { Exchange, PlannedTarget } from './exchange.ts';

/** `provider/model` as people read it, in headers and logs. Characters that a header cannot carry are percent-encoded. */
export function targetLabel(exchange: Exchange, { target, provider }: PlannedTarget): string {
  const model = target.model === '' ? exchange.modelAsWritten : target.model;
  return model === '' ? provider.name : `${provider.name}/${headerText(model)}`;
}

export function headerText(text: string): string {
  return beyondHeaders.test(text) ? text.replaceAll(allBeyondHeaders, encodeURIComponent) : text;
}

const beyondHeaders = /[^\x20-\x7e]/;
const allBeyondHeaders = /[^\x20-\x7e]+/g;
