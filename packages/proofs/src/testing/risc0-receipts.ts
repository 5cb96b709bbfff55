// Receipts that RISC Zero published to test its contracts with: TestReceiptV3_0.sol and
// TestReceiptV2_2.sol in contracts/test of github.com/risc0/risc0-ethereum.
import { hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js'
import { Digest } from '@vcp/protocol'
import type { Risc0Receipt } from '../risc0/verify-receipt.ts'

const journal = utf8ToBytes('just a simple receipt')

export const publishedReceipts: Readonly<Record<'3.0' | '2.2 and 2.3', Risc0Receipt>> = {
  '3.0': {
    imageId: Digest.parse('11d264ed8dfdee222b820f0278e4d7f55d4b69a5472253a471c102265a91ea1a'),
    journal,
    seal: hexToBytes(
      [
        '73c457ba',
        '2ccb718fd9092cc11546eeded62a44d3ed274076dd3ec154fae8739f3432050b',
        '2005be2c5dbe6c08bfd04b30601a462540962bc26a2f38c5cfc0a4d76d8f1b80',
        '15e690a1b230081234867edeedb2f98bcdf33d0471c2aa5e8db63b72333f8715',
        '27eb5d1fcf0a7af50fb8f42e8699e2c4eda3cd93f4e2a930096ae78e38bea402',
        '0c5c3d963dc453b4b302170e47c0cf53382255143c8fcef474d8b6eaaa8daaaf',
        '092c2f650809a3afbd122ef128cb882c2de7a6ccddd2e544b645fa3fedf6bcc9',
        '2e09be04876a07778231fd5b93305d35fd8af23f040a11682a8c64130370804f',
        '28f07a76fa538755276e42c04b5f7eb97b04b68b65fa50e3181a0452069a3667',
      ].join(''),
    ),
  },
  '2.2 and 2.3': {
    imageId: Digest.parse('39b8aec425bb4e7eb994a0e4b6e9dbeceba907cf70f463cba7dc9786fe2dfb86'),
    journal,
    seal: hexToBytes(
      [
        'bb001d44',
        '1cb19c0439e5cb54ab7dd4d4e0cd8c4809abe8e19ba602b4ce8728dc9e2eafbe',
        '27eac14be5e561f6cd697429d0567a4f46f62291b58f541c46fbf653dff67254',
        '24ade3fdf1cc1014e062fa9e6c2e8e3a785fb2f84af10a44adfe761483b1036a',
        '00bea38909a90b4f557b520cc77f01a33000444dd2c5c572d590e03c55c64639',
        '2b8f7d3f65ab4b05ce2a339f86210a1762d8cae53bafdeaa105949019e5fb72a',
        '17506d1c6db5cfbfee339cd9e20abc9871d2d72e6c0e66b9e8f6f5ddce731810',
        '22cc8347b8ac33a5ee18bb0cecf4d47225112e90e1c4d0b896b7ab77701a8f4c',
        '1391b544bc1d7ba20e6287ff63fded2de08e02db62b0093be54044819071cd65',
      ].join(''),
    ),
  },
}
