// A binding on its way to a wallet elsewhere and back: typed data goes out, a signature comes in.
import {
  NodeBinding,
  type nodeBindingTypedData,
  PeerId,
  parse,
  parseJsonText,
  peerIdOf,
  SignedNodeBinding,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'

export const requestBytesMax = 16_384

/** EIP-712 typed data for any wallet that knows `eth_signTypedData_v4`. */
export type BindingRequest = ReturnType<typeof nodeBindingTypedData>

const hex = (bytes: number) => z.string().regex(new RegExp(`^0x[0-9a-fA-F]{${2 * bytes}}$`))
const milliseconds = z
  .string()
  .regex(/^[0-9]{1,16}$/)
  .transform(Number)

/** Only the message is read: what was signed under another domain or type does not verify. */
const Request = z.object({
  primaryType: z.literal('NodeBinding'),
  message: z.strictObject({
    owner: hex(20),
    nodeKey: hex(32),
    network: z.string(),
    issuedAtMs: milliseconds,
    expiresAtMs: milliseconds,
  }),
})

/** The binding that was asked for in the text of the request file `name`. */
export function readRequest(name: string, text: string): NodeBinding {
  const read = parseJsonText(Request, text, requestBytesMax)
  if (!read.ok) throw noRequest(name, read.reason)
  const { owner, nodeKey, network, issuedAtMs, expiresAtMs } = read.value.message
  const binding = parse(NodeBinding, {
    owner: owner.toLowerCase(),
    peer_id: PeerId.parse(peerIdOf(Buffer.from(nodeKey.slice(2), 'hex'))),
    network,
    issued_at_ms: issuedAtMs,
    expires_at_ms: expiresAtMs,
  })
  if (!binding.ok) throw noRequest(name, binding.reason)
  return binding.value
}

/** The binding with the signature as a wallet printed it. */
export function withSignature(binding: NodeBinding, signature: string): SignedNodeBinding {
  const digits = signature.toLowerCase()
  // Some devices give the recovery bit itself, others 27 more; the wire has one spelling.
  const last = { '00': '1b', '01': '1c' }[digits.slice(-2)] ?? digits.slice(-2)
  return SignedNodeBinding.parse({ ...binding, signature: digits.slice(0, -2) + last })
}

function noRequest(name: string, reason: string): VcpError {
  return new VcpError('BINDING_INVALID', {
    message: `${name} is not what \`vcp wallet bind --request\` prints: ${reason}`,
    hint: 'Make the request again with `vcp wallet bind --request` and sign that.',
  })
}
