import type { Stream } from '@libp2p/interface'
import { multiaddrConnectionPair } from '@libp2p/utils'
import { yamux } from '@libp2p/yamux'
import { expect, test } from 'vitest'
import { spareWindowUpdates } from './sparing-windows.ts'

spareWindowUpdates()

/** A stream whose other end reads all, and how much was read and said back. */
async function opened() {
  const [one, other] = multiaddrConnectionPair()
  const heard = { bytes: 0, framesBack: 0 }
  let read = Promise.withResolvers<number>()
  let wanted = Number.POSITIVE_INFINITY
  const muxers = [yamux()().createStreamMuxer(one), yamux()().createStreamMuxer(other)] as const
  one.addEventListener('message', () => {
    heard.framesBack += 1
  })
  muxers[1].addEventListener('stream', ({ detail }: CustomEvent<Stream>) => {
    detail.addEventListener('message', ({ data }) => {
      heard.bytes += data.byteLength
      if (heard.bytes >= wanted) read.resolve(heard.bytes)
    })
  })
  const stream = await muxers[0].createStream()
  const send = async (count: number, size: number) => {
    read = Promise.withResolvers()
    wanted = heard.bytes + count * size
    for (let n = 0; n < count; n += 1) {
      if (!stream.send(new Uint8Array(size))) await stream.onDrain()
    }
    return read.promise
  }
  return { heard, send }
}

test('small messages are read without a word for each', async () => {
  const { heard, send } = await opened()
  for (let n = 0; n < 100; n += 1) await send(1, 100)
  // The pings of the connection, and that the stream was taken.
  expect(heard.framesBack).toBeLessThan(10)
})

test('a stream that carries many times its window never stands still', async () => {
  const { heard, send } = await opened()
  expect(await send(256, 65_536)).toBe(16_777_216)
  expect(heard.framesBack).toBeGreaterThan(0)
})
