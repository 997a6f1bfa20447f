(** Every rule that is proved sound, for generated files. *)
From Bijection Require Export Maps OField Network Exact Domains Statements Sets Kernel Words.
From Bijection Require Export Affine RankRules Values Monotone Subsets Onto OpenRange Points Tree Counting GridCount CellTree SeparatedCells FixesCells.
From Bijection Require Export Strongly.
From Bijection Require Export Parts Triangular Agreement.
From Bijection Require Export SeparatedBoxes Streams.
