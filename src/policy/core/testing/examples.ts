/** Fields that stand beside metadata for Secret and ConfigMap, under spec for Service. */
export const coreExamples = {
  Secret: ['{}', '{type: Opaque, data: {apiKey: cmVwbGFjZS1tZQ==}, stringData: {other: replace-me}, immutable: true}'],
  ConfigMap: ['{}', '{data: {ca.crt: text}, binaryData: {a: AAEC}, immutable: false}'],
  Service: [
    '{}',
    `{
      ports: [{name: http, port: 80, protocol: TCP, appProtocol: kubernetes.io/h2c, targetPort: web, nodePort: 30080}],
      type: ClusterIP, selector: {app: vllm}, externalName: api.example.com
    }`,
  ],
} as const;
