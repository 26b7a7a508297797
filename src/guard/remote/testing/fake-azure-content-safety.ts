import { type FakeAnswer, type FakeRequest, type FakeService, fakeService, refuse } from './fake-service.ts';
import { isTexts, jsonBody } from './json-body.ts';

const longest = 10_000;
const known: readonly string[] = ['Hate', 'SelfHarm', 'Sexual', 'Violence'];

/**
 * `Violence=5` in a text is violence of severity 5, `ATTACK` an attack, and `blocklists` are words by name of their
 * list.
 */
export function fakeAzureContentSafety(
  apiKey: string,
  blocklists: ReadonlyMap<string, readonly string[]> = new Map(),
): Promise<FakeService> {
  return fakeService((request) => {
    if (request.method !== 'POST') return refuse(405, 'method');
    if (request.headers['ocp-apim-subscription-key'] !== apiKey) return refuse(401, 'key');
    if (request.query !== 'api-version=2024-09-01') return refuse(400, 'api-version');
    if (request.path === '/contentsafety/text:analyze') return analyze(request, blocklists);
    if (request.path === '/contentsafety/text:shieldPrompt') return shield(request);
    return refuse(404, 'path');
  });
}

function analyze(request: FakeRequest, blocklists: ReadonlyMap<string, readonly string[]>): FakeAnswer {
  const body = jsonBody(request, ['text', 'categories', 'blocklistNames', 'haltOnBlocklistHit', 'outputType']);
  if (body === undefined) return refuse(400, 'body');
  const { text, categories = known, blocklistNames = [], haltOnBlocklistHit = false, outputType } = body;
  if (typeof text !== 'string' || text === '') return refuse(400, 'text');
  if ([...text].length > longest) return refuse(400, 'text is too long');
  if (!isTexts(categories) || categories.length === 0) return refuse(400, 'categories');
  if (!categories.every((category) => known.includes(category))) return refuse(400, 'unknown category');
  if (!isTexts(blocklistNames) || typeof haltOnBlocklistHit !== 'boolean') return refuse(400, 'blocklists');
  if (!blocklistNames.every((name) => blocklists.has(name))) return refuse(404, 'no such blocklist');
  if (outputType !== 'FourSeverityLevels' && outputType !== 'EightSeverityLevels') return refuse(400, 'outputType');
  const blocklistsMatch = blocklistNames.flatMap((blocklistName) =>
    (blocklists.get(blocklistName) ?? [])
      .filter((word) => text.includes(word))
      .map((blocklistItemText) => ({ blocklistName, blocklistItemId: 'item', blocklistItemText })),
  );
  const isHalted = haltOnBlocklistHit && blocklistsMatch.length > 0;
  const categoriesAnalysis = isHalted
    ? []
    : categories.map((category) => ({
        category,
        severity: Math.max(
          0,
          ...[...text.matchAll(new RegExp(`${category}=([0-7])`, 'g'))].map((match) => Number(match[1])),
        ),
      }));
  return { status: 200, body: { blocklistsMatch, categoriesAnalysis } };
}

function shield(request: FakeRequest): FakeAnswer {
  const body = jsonBody(request, ['userPrompt', 'documents']);
  if (body === undefined) return refuse(400, 'body');
  const { userPrompt, documents } = body;
  if (typeof userPrompt !== 'string' || !isTexts(documents)) return refuse(400, 'shape');
  if (userPrompt === '' && documents.length === 0) return refuse(400, 'nothing to look at');
  if ([...userPrompt].length > longest) return refuse(400, 'prompt is too long');
  if (documents.length > 5 || [...documents.join('')].length > longest) return refuse(400, 'documents are too long');
  const analysis = (text: string) => ({ attackDetected: text.includes('ATTACK') });
  return {
    status: 200,
    body: { userPromptAnalysis: analysis(userPrompt), documentsAnalysis: documents.map(analysis) },
  };
}
