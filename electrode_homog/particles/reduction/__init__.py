"""From the shape, tensor and surface of a particle to a few modes: meshes, finite elements, rational Krylov."""
