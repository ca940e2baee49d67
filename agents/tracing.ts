import { trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'

type Config = {
  OTEL_EXPORTER_OTLP_ENDPOINT?: string | undefined
  OTEL_EXPORTER_OTLP_HEADERS: string
  OTEL_SERVICE_NAME: string
}

export type Tracing = {
  /** Sends what is still waiting; a collector that does not answer holds nothing up for longer than a few seconds. */
  close(): Promise<void>
}

/** Sends the agents' spans to an OpenTelemetry collector (OTLP over HTTP), where the configuration names one. Once per process. */
export function startTracing(config: Config): Tracing {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_SERVICE_NAME: service } = config
  if (!endpoint) return { close: async () => undefined }
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    headers: headersIn(config.OTEL_EXPORTER_OTLP_HEADERS),
    timeoutMillis: 3_000,
  })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  })
  trace.setGlobalTracerProvider(provider)
  return {
    async close() {
      trace.disable()
      await provider.shutdown().catch(() => undefined) // a lost span is no reason to fail
    },
  }
}

/** `name=value` pairs, separated by commas, the values percent-encoded. */
const headersIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text.split(',').flatMap((pair) => {
      const [name, ...value] = pair.split('=')
      return name?.trim() && value.length > 0 ? [[name.trim(), decodeURIComponent(value.join('=').trim())]] : []
    }),
  )
