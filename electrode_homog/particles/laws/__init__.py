"""Diffusivity and equilibrium of a material: laws, tensors, and what follows from a potential or a free energy."""
