package notary

// CheckInclusionOfHash lets tests check proofs of which only the leaf's hash is known.
var CheckInclusionOfHash = checkInclusion
