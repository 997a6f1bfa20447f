"""Ways of deciding, one file each. They only propose; ENGINES is the order in which they are asked, cheap ones first."""

from bijection.engines.complete.blocks import by_blocks
from bijection.engines.complete.boundary import by_boundary
from bijection.engines.complete.box_pairs import by_box_pairs
from bijection.engines.complete.cell_pairs import by_cell_pairs, by_few_cells
from bijection.engines.complete.orientation import by_injectivity, by_orientation
from bijection.engines.grids.between import by_lattice_between
from bijection.engines.grids.binary32 import by_bits, by_neighbours, by_real_arithmetic, by_whole_numbers
from bijection.engines.grids.finite import by_counting
from bijection.engines.grids.halves import by_halves
from bijection.engines.grids.lattice import by_lattice, by_long_reduction
from bijection.engines.grids.small_rounding import by_small_rounding
from bijection.engines.onto.branching import by_branching
from bijection.engines.onto.covering import by_cell_images, by_few_images
from bijection.engines.onto.dimension import by_dimension
from bijection.engines.onto.ends import by_ends, by_growth, by_open_range
from bijection.engines.onto.labels import by_labels
from bijection.engines.onto.missed import by_bounds, by_separation
from bijection.engines.onto.one_cone import by_one_cone
from bijection.engines.onto.patches import by_patches
from bijection.engines.onto.recession import by_recession
from bijection.engines.onto.sections import by_sections
from bijection.engines.onto.tails import by_tails
from bijection.engines.onto.values import by_missed_value
from bijection.engines.pairs.behind import by_collision_behind
from bijection.engines.pairs.collisions import by_kernel
from bijection.engines.pairs.determinants import by_determinants
from bijection.engines.pairs.meeting import by_meeting
from bijection.engines.pairs.newton import by_more_newton, by_newton
from bijection.engines.pairs.parts import by_parts
from bijection.engines.pairs.reference import by_two_copies
from bijection.engines.pairs.sparse import by_few_coordinates
from bijection.engines.pairs.unseen import by_unseen_inputs
from bijection.engines.pairs.walk import by_walking
from bijection.engines.proposal import Engine
from bijection.engines.structure.agreement import by_agreement, by_turning_points
from bijection.engines.structure.flows import by_strong_structure, by_structure
from bijection.engines.structure.identity import by_normal_form
from bijection.engines.structure.layers import by_layers
from bijection.engines.structure.merging import by_merging
from bijection.engines.structure.monotone import by_monotonicity
from bijection.engines.structure.one_layer import by_layer_tree
from bijection.engines.structure.radial import by_radii
from bijection.engines.structure.representatives import by_representatives, by_sign_changes
from bijection.engines.structure.vanishing import by_vanishing_factors, by_vanishing_stages

ENGINES: tuple[Engine, ...] = (
    by_neighbours,
    by_whole_numbers,
    by_small_rounding,
    by_counting,
    by_normal_form,
    by_real_arithmetic,
    by_dimension,
    by_bounds,
    by_layers,
    by_one_cone,
    by_structure,
    by_vanishing_factors,
    by_radii,
    by_agreement,
    by_turning_points,
    by_vanishing_stages,
    by_merging,
    by_representatives,
    by_labels,
    by_separation,
    by_open_range,
    by_growth,
    by_tails,
    by_sections,
    by_ends,
    by_few_images,
    by_missed_value,
    by_patches,
    by_meeting,
    by_few_coordinates,
    by_walking,
    by_newton,
    by_kernel,
    by_collision_behind,
    by_lattice_between,
    by_lattice,
    by_halves,
    by_unseen_inputs,
    by_long_reduction,
    by_sign_changes,
    by_layer_tree,
    by_boundary,
    by_monotonicity,
    by_strong_structure,
    by_determinants,
    by_parts,
    by_injectivity,
    by_recession,
    by_orientation,
    by_few_cells,
    by_more_newton,
    by_blocks,
    by_box_pairs,
    by_cell_pairs,
    by_branching,
    by_cell_images,
    by_bits,
    by_two_copies,
)
