(** Every rule, also those that hold over the reals only, for generated files. *)
From Bijection Require Export OFieldR Theorems KernelReals Uncountable.
