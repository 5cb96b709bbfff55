// A folder with a folder for each class, and PNG or JPEG images of one size in those.
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ColumnBuilder, type Room } from './column-builder.ts'
import { badData, tooLarge } from './data-rejection.ts'
import type { Column, Dataset } from './dataset.ts'
import { decodeJpeg } from './jpeg.ts'
import { decodePng, type Image } from './png.ts'
import { type SourceOf, scaled } from './sources.ts'

type Source = SourceOf<'images'>

const fileBytesMax = 1 << 27

export async function readImageFolder(source: Source, room: Room): Promise<Dataset> {
  const { channels, height, width } = source
  const pixels = new ColumnBuilder('float32', [channels, height, width], room)
  const answers = new ColumnBuilder('int64', [], room)
  const classes = await namesIn(source.path, true)
  if (classes.length === 0) badData(`${source.path} has no folders, one for each class`)
  let count = 0
  for (const [label, folder] of classes.entries()) {
    for (const name of await namesIn(join(source.path, folder), false)) {
      const file = join(source.path, folder, name)
      const image = await readImage(file)
      addPixels(image, file, source, (value) => pixels.push(value))
      answers.push(label)
      count += 1
    }
  }
  const inputs: Record<string, Column> = { [source.input]: pixels.column() }
  return { count, inputs, labels: answers.column() }
}

async function namesIn(folder: string, wantsFolders: boolean): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() === wantsFolders && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort()
}

/** Files that are taken for images, by their names. */
export const imageName = /\.(png|jpe?g)$/i

export async function readImage(file: string): Promise<Image> {
  if (!imageName.test(file)) badData(`${file} is neither PNG nor JPEG: keep other files elsewhere`)
  const { size } = await stat(file)
  if (size > fileBytesMax) tooLarge(`${file} is larger than ${fileBytesMax} bytes`)
  const bytes = await readFile(file)
  return /\.png$/i.test(file) ? decodePng(bytes, file) : decodeJpeg(bytes, file)
}

/** Channel by channel, as convolutions take them. Transparency is left out. */
function addPixels(
  { width, height, channels, samples }: Image,
  file: string,
  source: Source,
  push: (value: number) => void,
): void {
  if (width !== source.width || height !== source.height) {
    badData(`${file} is ${width} by ${height}, not ${source.width} by ${source.height}: resize it`)
  }
  const colours = channels >= 3 ? 3 : 1
  if (colours !== source.channels) {
    badData(`${file} has ${colours} colour channels, the schema ${source.channels}`)
  }
  for (let channel = 0; channel < colours; channel++) {
    for (let at = 0; at < width * height; at++) {
      push(scaled(samples[at * channels + channel]!, source.scaling))
    }
  }
}
