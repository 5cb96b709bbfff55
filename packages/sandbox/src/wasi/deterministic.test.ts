import { deterministicProvider } from './deterministic.ts'
import { describeProvider } from './provider.conformance.ts'

describeProvider(deterministicProvider)
