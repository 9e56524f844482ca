"""How often a policy, the expert or the verifier is right, measured on drawn scenes and judged by ground truth."""
