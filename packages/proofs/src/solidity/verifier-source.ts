// A verifier for a chain: one contract for one key, in Solidity of our own. It asks what the
// verifier in TypeScript asks: signals below the order of the group, no point at infinity. That
// points are on the curve and in the subgroup the precompiled contracts ask themselves (EIP-196,
// EIP-197).
import { type Outcome, pass, refuse } from '@vcp/protocol'
import { scalarModulus } from '../field/scalar-field.ts'
import type { Proof } from '../groth16/proof.ts'
import { VerificationKeyJson, verificationKeyFrom } from '../groth16/verification-key.ts'
import type { Claim } from '../groth16/verify.ts'
import { coordinateModulus } from '../pairing/base-field.ts'

/** The source of a contract of this name; refuses keys that the verifier here refuses. */
export function soliditySource(keyJson: unknown, name: string): Outcome<string> {
  if (!/^[A-Z][A-Za-z0-9]{0,62}$/.test(name)) {
    return refuse('INVALID', `${name} is no name of a contract`)
  }
  const opened = verificationKeyFrom(keyJson)
  if (!opened.ok) return opened
  const key = VerificationKeyJson.parse(keyJson)
  const [first, ...rest] = key.IC.map(([x, y]) => `${x}, ${y}`) as [string, ...string[]]
  const { digest } = opened.value
  return pass(`// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

/// Verifies Groth16 proofs on BN254 for one key, whose digest is KEY.
contract ${name} {
    bytes32 public constant KEY = 0x${digest};
    uint256 private constant Q = ${coordinateModulus};
    uint256 private constant R = ${scalarModulus};

    /// Whether the proof holds for the signals. Of b, as EIP-197 has it, the imaginary part of each
    /// coordinate comes first. Call it with gas to spare: with too little a true proof looks
    /// false.
    function verify(
        uint256[2] calldata a,
        uint256[2][2] calldata b,
        uint256[2] calldata c,
        uint256[${rest.length}] calldata signals
    ) external view returns (bool) {
        if (a[1] >= Q || (a[0] | a[1]) == 0 || (c[0] | c[1]) == 0) return false;
        uint256[2] memory sum = [uint256(${first.replace(', ', '), uint256(')})];
${rest.map(addition).join('\n')}
        uint256[24] memory input = [
            a[0], (Q - a[1]) % Q, b[0][0], b[0][1], b[1][0], b[1][1],
            ${key.vk_alpha_1[0]},
            ${key.vk_alpha_1[1]},
            ${second(key.vk_beta_2)},
            sum[0], sum[1],
            ${second(key.vk_gamma_2)},
            c[0], c[1],
            ${second(key.vk_delta_2)}
        ];
        uint256[1] memory product;
        bool isCalled;
        assembly ("memory-safe") {
            isCalled := staticcall(gas(), 8, input, 768, product, 32)
        }
        return isCalled && product[0] == 1;
    }

    /// Adds a multiple of a point of the key.
    function add(uint256[2] memory sum, uint256 signal, uint256 x, uint256 y)
        private
        view
        returns (bool isCalled)
    {
        if (signal >= R) return false;
        uint256[4] memory input = [x, y, signal, 0];
        assembly ("memory-safe") {
            isCalled := staticcall(gas(), 7, input, 96, add(input, 64), 64)
        }
        if (!isCalled) return false;
        (input[0], input[1]) = (sum[0], sum[1]);
        assembly ("memory-safe") {
            isCalled := staticcall(gas(), 6, input, 128, sum, 64)
        }
    }
}
`)
}

function addition(point: string, at: number): string {
  return `        if (!add(sum, signals[${at}], ${point})) return false;`
}

/** What the contract is called with: a, b, c and the signals. */
export function solidityArguments({ proof, signals }: Claim) {
  return [...points(proof), [...signals]] as const
}

function points({ a, b, c }: Proof) {
  const [first, middle, last] = [a.toAffine(), b.point.toAffine(), c.toAffine()]
  return [
    [first.x, first.y],
    [
      [middle.x.c1, middle.x.c0],
      [middle.y.c1, middle.y.c0],
    ],
    [last.x, last.y],
  ] as const
}

/** A point of the second group, the imaginary part of each coordinate first. */
function second([x, y]: VerificationKeyJson['vk_beta_2']): string {
  return [x[1], x[0], y[1], y[0]].join(',\n            ')
}
