// A circuit of the catalogue by its name alone: which key is meant is looked up here, so that who
// writes a task need not know a digest.
import { VcpError } from '@vcp/protocol'

/** Puts the key in place where a task names a circuit that comes with vcp, and no key. */
export async function nameCircuitKeys(inputs: unknown): Promise<void> {
  if (typeof inputs !== 'object' || inputs === null) return
  const { circuit } = inputs as { readonly circuit?: unknown }
  if (typeof circuit !== 'object' || circuit === null) return
  const named = circuit as { from?: unknown; name?: unknown; verification_key?: unknown }
  if (named.from !== 'catalogue' || named.verification_key !== undefined) return
  named.verification_key = await keyOf(String(named.name))
}

async function keyOf(name: string): Promise<string> {
  const { knownKeys } = await import('@vcp/proofs')
  const keys = [...(await knownKeys()).values()].filter((key) => key.name === name)
  const [only] = keys
  if (keys.length === 1 && only !== undefined) return only.digest
  const digests = keys.map(({ digest }) => digest).join(', ')
  throw new VcpError('INVALID', {
    message:
      keys.length === 0
        ? `no key of a circuit ${name} is known here`
        : `${keys.length} keys of ${name} are known here: ${digests}`,
    hint: 'Name one with `verification_key`; `vcp proof circuits` lists the circuits.',
    details: { circuit: name },
  })
}
