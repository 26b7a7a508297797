import type { ExchangeFacts } from '../scope.ts';

/** What is known of a request, for tests: what is not given is absent. */
export function factsOf(
  init: Partial<Omit<ExchangeFacts, 'header'>> & { readonly headers?: Readonly<Record<string, string>> } = {},
): ExchangeFacts {
  const { headers = {}, ...given } = init;
  return {
    key: '',
    user: '',
    team: '',
    project: '',
    model: '',
    providers: [],
    api: '',
    route: '',
    labels: new Map(),
    header: (name) => headers[name],
    ...given,
  };
}
