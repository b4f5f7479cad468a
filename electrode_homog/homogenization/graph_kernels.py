"""Compiled operations on the graphs of the coarse levels, kept as compressed rows.

Row i has entries [row_start[i], row_start[i + 1]) of `indices` and of `values`, conductances to other unknowns, > 0;
on a level that is ready, of `codes`, whose conductances stand in a table of 256. The operator is
(K x)_i = diagonal_i x_i - sum of conductances x. Indices are unsigned where time goes: signed ones are tested.
"""

import numpy as np
from numba import uintp

from electrode_homog.compiled import compiled


@compiled
def colour_graph(start, stop, row_start, indices, places, colour):
    """Colours in which no two neighbours agree, by preference the parity of the place; the number of colours."""
    most = 0
    x, y, z = uintp(0), uintp(1), uintp(2)
    for i in range(uintp(start), uintp(stop)):
        taken = 0
        for entry in range(uintp(row_start[i]), uintp(row_start[i + uintp(1)])):
            j = uintp(indices[entry])
            if j < i:
                taken |= 1 << colour[j]
        best = np.int64(places[i, x] + places[i, y] + places[i, z]) & 1
        if (taken >> best) & 1:
            best = 0
            while best < 63 and (taken >> best) & 1:
                best += 1
        colour[i] = best
        most = max(most, best)
    return most + 1


@compiled
def permute_rows(start, stop, order, position, row_start, indices, bits, shift, base, new_start, new_indices, codes):
    """Rows `order[start:stop]`, entries renumbered by `position`, conductances coded by (bits >> shift) - base."""
    for i in range(uintp(start), uintp(stop)):
        to, row = uintp(new_start[i]), uintp(order[i])
        for entry in range(uintp(row_start[row]), uintp(row_start[row + uintp(1)])):
            new_indices[to] = position[uintp(indices[entry])]
            codes[to] = (bits[entry] >> shift) - base
            to += uintp(1)


@compiled
def sum_conductances(start, stop, row_start, codes, table, ties, diagonal):
    """diagonal = conductances of each row, summed, and its tie."""
    for i in range(uintp(start), uintp(stop)):
        total = ties[i]
        for entry in range(uintp(row_start[i]), uintp(row_start[i + uintp(1)])):
            total += np.float64(table[uintp(codes[entry])])
        diagonal[i] = total


@compiled
def symmetrise(start, stop, row_start, indices, values):
    """Give an entry below the diagonal the value of the one above, of which rounding may have made another."""
    one = uintp(1)
    for i in range(uintp(start), uintp(stop)):
        for entry in range(uintp(row_start[i]), uintp(row_start[i + one])):
            j = uintp(indices[entry])
            if j < i:
                other = uintp(row_start[j])
                while uintp(indices[other]) != i:
                    other += one
                values[entry] = values[other]


@compiled
def find_best(start, stop, row_start, values, best):
    """Largest conductance of each row."""
    for i in range(uintp(start), uintp(stop)):
        largest = np.float32(0)
        for entry in range(uintp(row_start[i]), uintp(row_start[i + uintp(1)])):
            largest = max(largest, np.float32(values[entry]))
        best[i] = largest


@compiled
def aggregate(start, stop, row_start, indices, values, best, weak, places, shift, parent, alone, piece):
    """Pieces of blocks of 2**shift places, numbered from 0 by their first unknown; how many there are.

    [start, stop) must hold whole blocks. Two unknowns join if their conductance is at least `weak` times the best of
    both. One that then stands alone is hung on the neighbour in its block that it is tied to best, if that tie is
    strong for itself: dead ends are taken in, but two good conductors are never joined through a poor one. Scratch:
    `parent` and `alone` (n,).
    """
    for i in range(start, stop):
        parent[i], alone[i] = i, True
    for i in range(uintp(start), uintp(stop)):
        for entry in range(uintp(row_start[i]), uintp(row_start[i + uintp(1)])):
            j = uintp(indices[entry])
            strong = uintp(start) <= j < i and values[entry] >= weak * max(best[i], best[j])
            if strong and _same_block(places, i, j, shift):
                _unite(parent, np.int64(i), np.int64(j))
                alone[i] = alone[j] = False
    for i in range(start, stop):
        if alone[i]:
            _hang(i, start, stop, row_start, indices, values, best, weak, places, shift, parent)
    count = 0
    for i in range(start, stop):  # the root is the first of its tree
        if parent[i] == i:
            piece[i] = count
            count += 1
        else:
            piece[i] = piece[_root(parent, i)]
    return count


@compiled
def _hang(i, start, stop, row_start, indices, values, best, weak, places, shift, parent):
    host, tie = -1, weak * best[i]
    for entry in range(row_start[i], row_start[i + 1]):
        j = indices[entry]
        stronger = start <= j < stop and (best[j] > best[i] or (best[j] == best[i] and j > i))
        if stronger and values[entry] >= tie and _same_block(places, i, j, shift):
            host, tie = j, np.float64(values[entry])
    if host >= 0:
        _unite(parent, i, host)


@compiled
def _same_block(places, i, j, shift):
    x, y, z = uintp(0), uintp(1), uintp(2)
    differs = (places[i, x] ^ places[j, x]) | (places[i, y] ^ places[j, y]) | (places[i, z] ^ places[j, z])
    return differs >> shift == 0


@compiled
def _root(parent, k):
    while parent[k] != k:
        parent[k] = parent[parent[k]]
        k = parent[k]
    return k


@compiled
def _unite(parent, a, b):
    a, b = _root(parent, a), _root(parent, b)
    if a < b:
        parent[b] = a
    else:
        parent[a] = b


@compiled
def group(start, stop, piece, child_start, children, following):
    """Counting sort: the unknowns of each piece, in order; child_start (pieces + 1,) is filled too.

    Scratch: `following` (pieces,).
    """
    for i in range(uintp(start), uintp(stop)):
        child_start[uintp(piece[i]) + uintp(1)] += 1
    for k in range(1, child_start.size):
        child_start[k] += child_start[k - 1]
    for k in range(following.size):
        following[k] = child_start[k]
    for i in range(uintp(start), uintp(stop)):
        p = uintp(piece[i])
        children[uintp(following[p])] = i
        following[p] += 1


@compiled
def sum_rows(
    start, stop, place, degrees, new_indices, new_values, row_start, indices, values, piece, child_start, children
):
    """Rows of the coarse graph: degrees, indices and summed conductances of pieces [start, stop); how many entries.

    Scratch: `place` (pieces,), -1, where the current row keeps its entry for a piece.
    """
    end, one = uintp(0), uintp(1)
    for c in range(uintp(start), uintp(stop)):
        begin = end
        for k in range(uintp(child_start[c]), uintp(child_start[c + one])):
            child = uintp(children[k])
            for entry in range(uintp(row_start[child]), uintp(row_start[child + one])):
                target = uintp(piece[uintp(indices[entry])])
                if target == c:
                    continue
                if place[target] < np.int64(begin):
                    place[target] = end
                    new_indices[end], new_values[end] = target, 0
                    end += one
                new_values[uintp(place[target])] += values[entry]
        degrees[c - uintp(start)] = end - begin
    return np.int64(end)


@compiled
def relax(start, stop, row_start, indices, codes, table, diagonal, b, x):
    """x = (b + neighbours) / diagonal; unknowns [start, stop) must not be neighbours of each other."""
    for i in range(uintp(start), uintp(stop)):
        total = b[i]
        for entry in range(uintp(row_start[i]), uintp(row_start[i + uintp(1)])):
            total += table[uintp(codes[entry])] * x[uintp(indices[entry])]
        x[i] = total / diagonal[i] if diagonal[i] > 0 else x.dtype.type(0)


@compiled
def start_from_zero(start, stop, diagonal, b, x):
    """x = b / diagonal."""
    for i in range(uintp(start), uintp(stop)):
        x[i] = b[i] / diagonal[i] if diagonal[i] > 0 else x.dtype.type(0)


@compiled
def restrict(start, stop, row_start, indices, codes, table, diagonal, b, x, piece, coarse_b):
    """coarse_b += b - K x, summed over pieces."""
    for i in range(uintp(start), uintp(stop)):
        total = b[i] - diagonal[i] * x[i]
        for entry in range(uintp(row_start[i]), uintp(row_start[i + uintp(1)])):
            total += table[uintp(codes[entry])] * x[uintp(indices[entry])]
        coarse_b[uintp(piece[i])] += total


@compiled
def prolong(start, stop, piece, coarse_x, scale, x):
    """x += scale times the value of its piece."""
    for i in range(uintp(start), uintp(stop)):
        x[i] += scale * coarse_x[uintp(piece[i])]


@compiled
def multiply(start, stop, matrix, b, x):
    """x = matrix b, for rows [start, stop)."""
    for i in range(uintp(start), uintp(stop)):
        total = x.dtype.type(0)
        for j in range(uintp(b.size)):
            total += matrix[i, j] * b[j]
        x[i] = total


@compiled
def dot(start, stop, a, b):
    """Sum of a b, in double."""
    total = 0.0
    for i in range(uintp(start), uintp(stop)):
        total += np.float64(a[i]) * np.float64(b[i])
    return total


@compiled
def go_down(edges, again, row_start, indices, codes, table, diagonal, b, x, piece, coarse_b):
    """A small level on the way down: what `CoarseLevels` does colour by colour, in one call.

    `edges` (colours + 1,) are where colours begin.
    """
    colours = edges.size - 1
    if not again:
        for i in range(x.size if colours > 2 else 0):
            x[i] = 0
        start_from_zero(edges[0], edges[1], diagonal, b, x)
    for c in range(1, colours):
        relax(edges[c], edges[c + 1], row_start, indices, codes, table, diagonal, b, x)
    for i in range(coarse_b.size):
        coarse_b[i] = 0
    restrict(0, edges[max(1, colours - 1)], row_start, indices, codes, table, diagonal, b, x, piece, coarse_b)


@compiled
def go_up(edges, row_start, indices, codes, table, diagonal, b, x, piece, coarse_x, scale):
    """A small level on the way up, in one call."""
    colours = edges.size - 1
    prolong(0, edges[max(1, colours - 1)], piece, coarse_x, scale, x)
    for c in range(colours - 1, -1, -1):
        relax(edges[c], edges[c + 1], row_start, indices, codes, table, diagonal, b, x)
