import { apiByPath } from './api/catalogue.ts';
import { magicModels } from './magic-models.ts';

const magic = Object.entries(magicModels).map(([name, { explanation }]) => `  ${name.padEnd(20)}${explanation}`);
const apis = [...apiByPath.keys()].map((path) => `  POST ${path}`);

/** `GET /practice`. */
export const helpText = `The practice provider of Sluice: speaks like OpenAI and Anthropic, and fails when told to.

APIs (each also below /ACCOUNT, so that one server plays several providers):
${apis.join('\n')}
  GET  /v1/models

What it says is what it was told. It calls those tools of which the user says "call NAME", or one where the caller insists,
with arguments that the schema allows; asked for JSON of a schema it makes some up.

Models that fail on purpose; every other name answers properly:
${magic.join('\n')}

Control:
  PUT    /practice/behaviour   what is in force from now on: one rule, or a list of which the last that matches wins
  GET    /practice/behaviour   what is in force, the winner first
  DELETE /practice/behaviour   answer properly again
  GET    /practice/requests    what arrived lately, without credentials

A rule says whom it is for ("account", "model", "path"), how often ("times"), and what happens:
  "like": "fail-429"                                        as that model does
  "fault": {"kind": "status", "status": 503}                also "retryAfterSeconds", "message"
  "fault": {"kind": "cut", "at": "after-headers"}           or before-headers, before-content, a number of chunks;
                                                            "how": "reset" for a TCP reset
  "fault": {"kind": "never-answer"}                         or error-under-200, first-event-error, truncated-json
  "headersDelayMs", "firstChunkDelayMs", "chunkDelayMs"     silence
  "gzip": true                                              compress for clients that accept it

Example: the next two requests to the account practice-openai find it down.
  curl -X PUT http://127.0.0.1:10090/practice/behaviour \\
    -d '{"account": "practice-openai", "like": "fail-503", "times": 2}'
`;
