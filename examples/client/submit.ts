// Hands a task to a coordinator from a program of your own, and uses the result only once it has
// been verified here. It needs a coordinator and a node:
//
//     vcp coordinator start &  vcp node start &  vcp task submit examples/tasks/hello.yaml --wait
//     VCP_API_KEY=... node examples/client/submit.ts
//
// Without VCP_API_KEY a wallet that is made here and then forgotten signs in.
import { readFile } from 'node:fs/promises'
import {
  apiKey,
  connect,
  memoryKnownLogs,
  nameBlob,
  prepareTask,
  runTask,
  wallet,
} from '@vcp/client'
import { levelMeanings, OwnerAddress } from '@vcp/protocol'
import { Wallet } from 'ethers'

const url = process.env['VCP_COORDINATOR_URL'] ?? 'http://127.0.0.1:8420'
const key = process.env['VCP_API_KEY']

function passingWallet() {
  const owner = Wallet.createRandom()
  const address = OwnerAddress.parse(owner.address.toLowerCase())
  return wallet({ address, signText: (text) => owner.signMessage(text) }, url)
}

const connection = connect({
  url,
  credentials: key === undefined ? passingWallet() : apiKey(key),
  silenceMs: 30_000,
})

// A program that runs for long keeps the key of the log on its disk: see `KnownLogs`.
const knownLogs = memoryKnownLogs()

const module = nameBlob(await readFile(new URL('../../wasm-modules/pi/pi.wasm', import.meta.url)))
const task = prepareTask(
  {
    task_type: 'wasm_execution',
    inputs: {
      module: module.cid,
      call: {
        kind: 'function',
        function: 'estimate',
        arguments: [
          { type: 'i32', value: 100_000 },
          { type: 'i64', value: '7' },
        ],
      },
    },
  },
  { blobs: [module] },
)

try {
  const result = await runTask(connection, task, {
    knownLogs,
    onProgress: ({ status, nodes }) => console.error(status, ...nodes),
  })
  console.log(new TextDecoder().decode(result.output))
  console.error(`${result.level}: ${levelMeanings[result.level]}`)
} finally {
  await connection.close()
}
