import { Rejection } from '../onnx/rejection.ts'

/** Thrown by readers of data, and made a refusal by `openDataset`. */
export function badData(reason: string): never {
  throw new Rejection('DATASET_INVALID', reason)
}

export function tooLarge(reason: string): never {
  throw new Rejection('TOO_LARGE', reason)
}
