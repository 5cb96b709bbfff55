pragma circom 2.2.3;

include "../parts/commitment.circom";
include "../parts/merkle.circom";
include "../generated/tags.circom";

// An item of a committed data set, without saying which.
template DataIntegrity(depth) {
  signal input context;
  signal input leaf;
  signal input salt;
  signal input isRight[depth];
  signal input sibling[depth];
  signal output root;
  signal output commitment;

  component path = MerkleRoot(depth);
  path.leaf <== leaf;
  for (var i = 0; i < depth; i++) {
    path.isRight[i] <== isRight[i];
    path.sibling[i] <== sibling[i];
  }
  root <== path.root;

  component hidden = Commitment(2, tagItem());
  hidden.in[0] <== leaf;
  hidden.in[1] <== salt;
  commitment <== hidden.out;
}
