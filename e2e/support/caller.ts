export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Question {
  readonly model: string;
  readonly stream?: boolean;
  readonly content?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Further members of the body. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Somebody who holds a key and asks for chat completions. */
export function caller(url: () => string, secret: string): (question: Question) => Promise<Answer> {
  return async ({ model, stream, content = 'Hello', headers, body }) => {
    const response = await fetch(`${url()}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json', ...headers },
      body: JSON.stringify({
        model,
        ...(stream !== undefined && { stream }),
        messages: [{ role: 'user', content }],
        ...body,
      }),
    });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
}

/** Targets that were tried, as `provider/model`. */
export function attemptsOf(answer: Answer): readonly string[] {
  return (answer.headers.get('x-sluice-attempts') ?? '').split(/, ?/).filter((target) => target !== '');
}

export function providerOf(answer: Answer): string | null {
  return answer.headers.get('x-sluice-provider');
}

/** The code of an error of the gateway. */
export function codeOf(answer: Answer): unknown {
  const body = JSON.parse(answer.text) as { readonly error?: { readonly code?: unknown } };
  return body.error?.code;
}
