// The IDX format, in which MNIST and its kin are published; gzip files are read as they are.
import { countOf, type Shape } from '../onnx/tensor.ts'
import { ByteSource, chunksOf } from './byte-stream.ts'
import { ColumnBuilder, type Room } from './column-builder.ts'
import { badData } from './data-rejection.ts'
import type { Column, Dataset } from './dataset.ts'
import { type SourceOf, scaled } from './sources.ts'

export async function readIdx(source: SourceOf<'idx'>, room: Room): Promise<Dataset> {
  const images = await openIdx(source.images)
  const labels = await openIdx(source.labels)
  const [count, ...shape] = images.shape
  if (labels.shape.length !== 1 || labels.shape[0] !== count) {
    badData(`${count} images and labels of [${labels.shape.join(', ')}]`)
  }
  const pixels = new ColumnBuilder('float32', shape, room)
  await fill(images, (value) => pixels.push(scaled(value, source.scaling)))
  const answers = new ColumnBuilder('int64', [], room)
  await fill(labels, (value) => answers.push(value))
  const inputs: Record<string, Column> = { [source.input]: pixels.column() }
  return { count: count ?? 0, inputs, labels: answers.column() }
}

interface IdxFile {
  readonly name: string
  readonly shape: Shape
  readonly bytes: ByteSource
}

async function openIdx(name: string): Promise<IdxFile> {
  const bytes = new ByteSource(chunksOf(name), name)
  const start = await bytes.take(4)
  if (start[0] !== 0 || start[1] !== 0) badData(`${name} is not an IDX file`)
  if (start[2] !== 8) badData(`${name} holds elements of type ${start[2]}; bytes (8) are read`)
  const rank = start[3]!
  if (rank < 1 || rank > 4) badData(`${name} has ${rank} axes`)
  const sizes = new DataView((await bytes.take(4 * rank)).buffer)
  const shape = Array.from({ length: rank }, (_, axis) => sizes.getUint32(4 * axis))
  return { name, shape, bytes }
}

async function fill({ name, shape, bytes }: IdxFile, push: (value: number) => void): Promise<void> {
  for await (const piece of bytes.pieces(countOf(shape), 1)) for (const value of piece) push(value)
  if (!(await bytes.isDone())) badData(`${name} is longer than its header says`)
}
