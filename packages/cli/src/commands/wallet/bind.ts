import { resolve } from 'node:path'
import {
  NodeBinding,
  nodeBindingTypedData,
  OwnerAddress,
  parse,
  type SignedNodeBinding,
  VcpError,
} from '@vcp/protocol'
import * as z from 'zod'
import { type Context, defineCommand } from '../../command.ts'
import { readInputFile } from '../../input-file.ts'
import { storeBinding } from '../../keystore/binding.ts'
import {
  type BindingRequest,
  readRequest,
  requestBytesMax,
  withSignature,
} from '../../keystore/binding-request.ts'
import { openNodeKey } from '../../keystore/node-key.ts'
import { askPassword, walletLock } from '../../keystore/password.ts'
import { checksummed, findWallet, openWallet } from '../../keystore/wallet.ts'
import { fields } from '../../style.ts'

const DAY_MS = 86_400_000
const DAYS = 365

const address = z
  .string()
  .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address: 0x and 40 hexadecimal digits')
  .transform((text) => OwnerAddress.parse(text.toLowerCase()))
const signature = z
  .string()
  .regex(/^0x[0-9a-fA-F]{130}$/, 'not a signature: 0x and 130 hexadecimal digits')

const Input = z.strictObject({
  network: z.string().optional(),
  days: z.coerce.number().int().min(1).max(3_650).optional(),
  request: z.boolean().default(false),
  owner: address.optional(),
  requestFile: z.string().min(1).optional(),
  signature: signature.optional(),
})
type Input = z.infer<typeof Input>

interface Bound {
  /** The owner as people compare addresses, with the capitals of EIP-55. */
  readonly address: string
  /** The binding as it goes over the wire. */
  readonly binding: SignedNodeBinding
  readonly file: string
}

export const command = defineCommand({
  about:
    'Says, signed by the wallet of the owner, that this node belongs to the owner: who is ' +
    'paid, and who may remove it. Signs with the wallet in the data folder, whose password is ' +
    'asked for or read from VCP_WALLET_PASSWORD; or prints what any other wallet can sign, ' +
    'and takes its signature in.',
  options: [
    { form: '--network <name>', about: 'the network it holds on (default: network.name)' },
    { form: '--days <n>', about: `how long it holds (default: ${DAYS})` },
    { form: '--request', about: 'print EIP-712 typed data for a wallet elsewhere to sign' },
    { form: '--owner <address>', about: 'with --request: the address of that wallet' },
    { form: '--request-file <file>', about: 'with --signature: the typed data that was signed' },
    { form: '--signature <hex>', about: 'with --request-file: what the wallet gave' },
  ],
  examples: [
    { line: 'vcp wallet bind', about: 'bind this node to the wallet in its data folder' },
    {
      line: 'vcp wallet bind --request --owner 0xAbC...123 > request.json',
      about: 'for a wallet elsewhere, step 1: write down what to sign',
    },
    {
      line: 'cast wallet sign --ledger --data --from-file request.json',
      about:
        'step 2: sign it there, here with a hardware wallet; in a browser, ethereum.request ' +
        'with method eth_signTypedData_v4 and params [address, text of request.json]',
    },
    {
      line: 'vcp wallet bind --request-file request.json --signature 0x1b2c...',
      about: 'step 3: check the signature and keep the binding',
    },
  ],
  input: Input,
  async run(input, context): Promise<BindingRequest | Bound> {
    const fault = faultOf(input)
    if (fault !== null) throw new VcpError('USAGE', { message: fault })
    if (input.request) return requestFor(input, context)
    const { requestFile, signature } = input
    return requestFile === undefined || signature === undefined
      ? signHere(input, context)
      : takeIn(requestFile, signature, context)
  },
  text(data, style) {
    if ('primaryType' in data) return JSON.stringify(data, null, 2)
    const { address, binding, file } = data
    return fields(
      [
        ['owner', address],
        ['node', binding.peer_id],
        ['network', binding.network],
        ['until', new Date(binding.expires_at_ms).toISOString()],
        ['file', file],
      ],
      style,
    )
  },
})

async function signHere(input: Input, context: Context): Promise<Bound> {
  const { dataDir, host } = context
  const wallet = openWallet(dataDir)
  const binding = newBinding(wallet.address, input, context)
  const password = await askPassword(host, walletLock)
  const { domain, types, message } = nodeBindingTypedData(binding)
  const { EIP712Domain: _, ...signed } = types
  const signature = await wallet.sign({ domain, types: signed, message }, password)
  return keep(withSignature(binding, signature), context)
}

async function requestFor(input: Input, context: Context): Promise<BindingRequest> {
  const owner = input.owner ?? findWallet(context.dataDir)?.address
  if (owner === undefined) {
    throw new VcpError('USAGE', {
      message: '--request needs --owner <address>: there is no wallet in the data folder',
    })
  }
  const request = nodeBindingTypedData(newBinding(owner, input, context))
  context.host.err(
    `Have ${await checksummed(owner)} sign this, then run:\n` +
      '  vcp wallet bind --request-file <file with this> --signature <what the wallet gave>\n',
  )
  return request
}

async function takeIn(requestFile: string, signature: string, context: Context): Promise<Bound> {
  const path = resolve(requestFile)
  const binding = readRequest(path, await readInputFile(path, requestBytesMax))
  return keep(withSignature(binding, signature), context)
}

function newBinding(owner: OwnerAddress, { network, days }: Input, context: Context): NodeBinding {
  const issuedAtMs = context.host.nowMs()
  const binding = parse(NodeBinding, {
    owner,
    peer_id: openNodeKey(context.dataDir).signer.peerId,
    network: network ?? context.settings()['network.name'],
    issued_at_ms: issuedAtMs,
    expires_at_ms: issuedAtMs + (days ?? DAYS) * DAY_MS,
  })
  if (!binding.ok) throw new VcpError('USAGE', { message: binding.reason })
  return binding.value
}

async function keep(binding: SignedNodeBinding, { dataDir, host }: Context): Promise<Bound> {
  const { peerId } = openNodeKey(dataDir).signer
  const occasion = { peerId, network: binding.network, nowMs: host.nowMs() }
  const file = storeBinding(dataDir, binding, occasion)
  return { address: await checksummed(binding.owner), binding, file }
}

/** The three ways to use the command do not mix. */
function faultOf(input: Input): string | null {
  const { request, owner, requestFile, signature, network, days } = input
  const isImport = requestFile !== undefined || signature !== undefined
  if (isImport && (requestFile === undefined || signature === undefined)) {
    return '--request-file and --signature go together'
  }
  if (isImport && (request || owner !== undefined)) {
    return '--request-file takes in a signature; --request and --owner ask for one'
  }
  if (isImport && (network !== undefined || days !== undefined)) {
    return '--network and --days stand in the request file already'
  }
  return owner !== undefined && !request ? '--owner is only for --request' : null
}
