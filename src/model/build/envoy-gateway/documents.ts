import type { DocumentOf } from '../../../policy/document.ts';

export type ExtensionDocument = DocumentOf<'EnvoyExtensionPolicy'>;
export type SecurityDocument = DocumentOf<'SecurityPolicy'>;
export type HttpRouteDocument = DocumentOf<'HTTPRoute'>;
