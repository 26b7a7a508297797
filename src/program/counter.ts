import type { CounterTemplate } from './limit.ts';
import type { ExchangeFacts } from './scope.ts';

const headerPrefix = 'header:';

const known: ReadonlyMap<string, (facts: ExchangeFacts) => string> = new Map([
  ['key', (facts: ExchangeFacts) => facts.key],
  ['user', (facts: ExchangeFacts) => facts.user],
  ['team', (facts: ExchangeFacts) => facts.team],
  ['project', (facts: ExchangeFacts) => facts.project],
  ['model', (facts: ExchangeFacts) => facts.model],
  ['route', (facts: ExchangeFacts) => facts.route],
  // A request is counted before it is known who answers it: the provider that is asked first stands for all.
  ['provider', (facts: ExchangeFacts) => facts.providers[0] ?? ''],
]);

/** Undefined: one of the parts is not known to this version. */
export function compileCounter(per: readonly string[]): CounterTemplate | undefined {
  const parts: { readonly label: string; readonly of: (facts: ExchangeFacts) => string }[] = [];
  for (const name of per) {
    const of = name.startsWith(headerPrefix) ? ofHeader(name.slice(headerPrefix.length)) : known.get(name);
    if (of === undefined) return undefined;
    parts.push({ label: `${name}=`, of });
  }
  return {
    per,
    isOpenEnded: per.some((name) => name.startsWith(headerPrefix)),
    keyOf(facts) {
      let key = '';
      for (const { label, of } of parts) key += `${key === '' ? '' : '&'}${label}${escaped(of(facts))}`;
      return key;
    },
  };
}

/** Request headers that the counters look at. */
export function headersOfCounter(per: readonly string[]): readonly string[] {
  return per.flatMap((name) => (name.startsWith(headerPrefix) ? [name.slice(headerPrefix.length)] : []));
}

function ofHeader(name: string): (facts: ExchangeFacts) => string {
  return (facts) => facts.header(name) ?? '';
}

/** Names of counters are read by people and split by programs: what separates or is not ASCII is percent-encoded. */
function escaped(value: string): string {
  return /^[\w.@:/+-]*$/.test(value) ? value : encodeURIComponent(value.toWellFormed()).replaceAll('*', '%2A');
}
