import { object } from '../schema/object.ts';
import { refused } from '../schema/verdict.ts';

/** Nothing of it is served. It is known so that its status can say so. */
export const httpRouteFilterSpec = object({
  urlRewrite: refused('write the filter URLRewrite of an HTTPRoute'),
  directResponse: refused('answers come from backends'),
  credentialInjection: refused('write a BackendSecurityPolicy'),
  redirect: refused('write the filter RequestRedirect of an HTTPRoute'),
  requestMirror: refused('a request goes to one backend at a time'),
  grpcJSONTranscoder: refused('requests are not translated'),
  matches: refused('write matches of an HTTPRoute'),
});
