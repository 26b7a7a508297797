import { type FakeService, fakeService, refuse } from './fake-service.ts';
import { isTexts, jsonBody } from './json-body.ts';

const categories = [
  ...['harassment', 'harassment/threatening', 'hate', 'hate/threatening', 'illicit', 'illicit/violent'],
  ...['self-harm', 'self-harm/intent', 'self-harm/instructions', 'sexual', 'sexual/minors'],
  ...['violence', 'violence/graphic'],
];

/** `violence=0.9` in a text is a score; 0.5 and more is flagged. The URL is to be followed by `/v1`. */
export function fakeOpenaiModeration(apiKey: string): Promise<FakeService> {
  return fakeService((request) => {
    if (request.method !== 'POST') return refuse(405, 'method');
    if (request.path !== '/v1/moderations' || request.query !== '') return refuse(404, 'path');
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuse(401, 'key');
    const body = jsonBody(request, ['input', 'model']);
    if (body === undefined) return refuse(400, 'body');
    const { input, model } = body;
    if (model !== 'omni-moderation-latest') return refuse(404, 'model');
    if (!isTexts(input) || input.length === 0 || input.length > 32) return refuse(400, 'input');
    if (input.some((text) => text === '')) return refuse(400, 'empty input');
    return { status: 200, body: { id: 'modr-1', model, results: input.map(resultOf) } };
  });
}

function resultOf(text: string) {
  const scores = categories.map((category) => {
    const score = new RegExp(`(?:^|[^a-z/-])${category}=([01][.0-9]*)`).exec(text)?.[1];
    return [category, score === undefined ? 0.0001 : Number(score)] as const;
  });
  return {
    flagged: scores.some(([, score]) => score >= 0.5),
    categories: Object.fromEntries(scores.map(([category, score]) => [category, score >= 0.5])),
    category_scores: Object.fromEntries(scores),
    category_applied_input_types: Object.fromEntries(categories.map((category) => [category, ['text']])),
  };
}
