(** Every rule that is proved sound, for generated files. *)
From Bijection Require Export Maps OField Network Exact Domains Statements Sets Kernel Words Affine RankRules Values Monotone Subsets Onto OpenRange Points Tree Counting GridCount CellTree SeparatedCells Strongly.
