pragma circom 2.2.3;

include "poseidon.circom";

// The root of a tree of fixed depth over a leaf, its siblings and its place. A leaf is never taken
// for an inner node, because every path has the same length.
template MerkleRoot(depth) {
  signal input leaf;
  signal input isRight[depth];
  signal input sibling[depth];
  signal output root;

  component node[depth];
  signal swap[depth];
  signal here[depth + 1];
  here[0] <== leaf;
  for (var i = 0; i < depth; i++) {
    isRight[i] * (isRight[i] - 1) === 0;
    swap[i] <== isRight[i] * (sibling[i] - here[i]);
    node[i] = Poseidon(2);
    node[i].in[0] <== here[i] + swap[i];
    node[i].in[1] <== sibling[i] - swap[i];
    here[i + 1] <== node[i].out;
  }
  root <== here[depth];
}
