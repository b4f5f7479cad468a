"""The same multigrid step on voxels, one operation after the other, through arrays of the size of the image.

It serves where an odd number of voxels closes on itself, so that two neighbours share a colour (they are then relaxed
from each other's old values, which keeps the cycle symmetric), and is what `smoothing_kernels` is tested against.
"""

from electrode_homog.compiled import compiled
from electrode_homog.homogenization.piece_kernels import voxel_place
from electrode_homog.homogenization.plane_kernels import is_open, relax_plane


@compiled
def relax_planes(start, stop, flow, diagonal, colour, cells, z, b, grid):
    """z = (b + neighbours) / diagonal at the voxels of one colour, 0 red, 1 black."""
    sx = (grid[1] + 2) * 2 * grid[3]
    for i in range(start, stop):
        relax_plane(i, colour, 1, grid[1] + 1, cells, z, i * sx, (i + 1) * sx, (i - 1) * sx, b, grid, flow, diagonal)


@compiled
def restrict_planes(start, stop, rest, pieces, coarse_b, grid):
    """coarse_b = sum of `rest` over pieces, for the pairs of planes [start, stop)."""
    nx, ny, nz, _ = grid
    codes, row_start, position = pieces
    for bi in range(start, stop):
        for bj in range(codes.shape[1]):
            piece = row_start[bi * codes.shape[1] + bj]
            for bk in range(codes.shape[2]):
                code = codes[bi, bj, bk]
                for a in range(code >> 24):
                    coarse_b[position[piece + a]] = 0
                for voxel in range(8):
                    i, j, k = 2 * bi + (voxel >> 2), 2 * bj + ((voxel >> 1) & 1), 2 * bk + (voxel & 1)
                    if i < nx and j < ny and k < nz and code >> 24 > 0:
                        at = voxel_place(i, j, k, grid)
                        coarse_b[position[piece + ((code >> (3 * voxel)) & 7)]] += rest[at]
                piece += code >> 24


@compiled
def prolong_planes(start, stop, cells, pieces, coarse_x, z, grid):
    """z += coarse_x of the piece of each voxel, for the pairs of planes [start, stop)."""
    nx, ny, nz, _ = grid
    codes, row_start, position = pieces
    for bi in range(start, stop):
        for bj in range(codes.shape[1]):
            piece = row_start[bi * codes.shape[1] + bj]
            for bk in range(codes.shape[2]):
                code = codes[bi, bj, bk]
                for voxel in range(8):
                    i, j, k = 2 * bi + (voxel >> 2), 2 * bj + ((voxel >> 1) & 1), 2 * bk + (voxel & 1)
                    if i < nx and j < ny and k < nz and code >> 24 > 0:
                        at = voxel_place(i, j, k, grid)
                        if is_open(cells, at):
                            z[at] += coarse_x[position[piece + ((code >> (3 * voxel)) & 7)]]
                piece += code >> 24
