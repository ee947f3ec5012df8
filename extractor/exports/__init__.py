"""Many notes in, many reports out: readers of files, grouping by patient, writers, batches."""
