// What the native runtime computes with. Accelerators are used where the operator asks for them,
// and only after they have shown on made-up data that they compute what the processor does.
import type { Outcome } from '@vcp/protocol'
import * as z from 'zod'
import type { ModelProto } from '../onnx/messages.ts'
import type { OpenExecutor } from './executor.ts'
import { type SelfTestOptions, type SelfTestReport, selfTest } from './self-test.ts'

export const providers = ['cpu', 'cuda', 'coreml', 'directml', 'webgpu'] as const
export const Provider = z.enum(providers)
export type Provider = z.infer<typeof Provider>

/** `auto`: the first accelerator that passes, else the processor. */
export const providerWishes = ['auto', ...providers] as const
export type ProviderWish = (typeof providerWishes)[number]

/** A report of a provider that may be used, or in words why it may not. */
export type ProviderTrial =
  | { readonly isFit: true; readonly tested: Outcome<SelfTestReport> }
  | { readonly isFit: false; readonly reason: string }

/** Compares a provider with the processor, on a model and its gradients. */
export async function tryProvider(
  provider: Provider,
  model: ModelProto,
  options: Omit<SelfTestOptions, 'open' | 'reference'>,
  openWith: (provider: Provider) => OpenExecutor,
): Promise<ProviderTrial> {
  let tested: Outcome<SelfTestReport>
  try {
    const [open, reference] = [openWith(provider), openWith('cpu')]
    tested = await selfTest(model, { ...options, open, reference })
  } catch (error) {
    // What a driver fails with has no form of its own.
    return { isFit: false, reason: `${provider}: ${endOfLine(error)}` }
  }
  // A model that does not compile fails the same way with every provider.
  if (!tested.ok || tested.value.isPassed) return { isFit: true, tested }
  const failed = tested.value.checks.find(({ worst, bound }) => !(worst <= bound))!
  const { name, worst, bound } = failed
  return {
    isFit: false,
    reason: `${provider}: self-test '${name}' came to ${worst}, over ${bound}`,
  }
}

/** The runtime begins with the place in its source, and ends with what is the matter. */
function endOfLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  const line = text.trim().split('\n', 1)[0]!
  return line.length > 120 ? `...${line.slice(-117)}` : line
}
