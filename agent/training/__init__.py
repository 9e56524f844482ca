"""From a data set to a checkpoint in force: what training needs of the twin, studies of its variants, promotion."""
