// A head of the log covers many results, and the same word is then checked for each of them.
import type { VerifySignature } from '@vcp/protocol'

/** As many heads as may be under way; between two results with one head there are few others. */
const rememberedMax = 64

/** As `verify`, but what was found to be signed of late is not checked again. */
export function rememberedVerify(verify: VerifySignature): VerifySignature {
  const signed = new Map<string, { readonly key: Buffer; readonly bytes: Buffer }>()

  return (publicKey, bytes, signature) => {
    const name = Buffer.from(signature).toString('base64')
    const known = signed.get(name)
    if (known?.key.equals(publicKey) === true && known.bytes.equals(bytes)) return true
    if (!verify(publicKey, bytes, signature)) return false
    const [oldest] = signed.size >= rememberedMax ? signed.keys() : []
    if (oldest !== undefined) signed.delete(oldest)
    signed.set(name, { key: Buffer.from(publicKey), bytes: Buffer.from(bytes) })
    return true
  }
}
